// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/tokenizer.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/lenientjson.h"
#include "core/tokenizer/chattemplate.h"
#include "core/tokenizer/jsontokenizer.h"
#include "core/tokenizer/llamanotes.h"
#include "core/tokenizer/piecevocabulary.h"
#include "core/tokenizer/tokenizergguf.h"
#include "core/tokenizer/tokenizerjson.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace core {

namespace fs = std::filesystem;

namespace {

    /// The files of a folder beside its tokenizer.json, and what is wrong with those that could be
    /// done without.
    class Reader {
    public:
        explicit Reader(const fs::path& folder)
            : m_folder(folder)
        {
        }

        Json optional(const char* name) { return noted(readOptionalJson(m_folder / name)); }
        Json required(const char* name) { return noted(readLenientJson(m_folder / name)); }
        Json ifThere(const char* name)
        {
            return fs::exists(m_folder / name) ? required(name) : Json();
        }
        void note(const std::vector<std::string>& notes)
        {
            m_notes.insert(m_notes.end(), notes.begin(), notes.end());
        }
        std::vector<std::string> notes() const { return m_notes; }

    private:
        Json noted(LenientJson read)
        {
            if (!read.fault.empty())
                m_notes.push_back(read.fault);
            return std::move(read.value);
        }

        fs::path m_folder;
        std::vector<std::string> m_notes;
    };

    NotedMetadata jsonMetadata(
        const TokenizerFiles& files, int vocabulary, const std::string& place)
    {
        switch (jsonModel(files.tokenizer, place)) {
        case JsonModel::ByteBpe:
            return vocabularyMetadata(files, vocabulary, place);
        case JsonModel::CharacterBpe:
            return characterBpeMetadata(files, vocabulary, place);
        case JsonModel::Unigram:
            return unigramMetadata(files, vocabulary, place);
        }
        return {};
    }

    /// tokenizer_config.json may say whether a text gets a space in front, but where the steps of a
    /// tokenizer.json do.
    void setSpacePrefix(GgufMetadata& pairs, const Json& tokenizerConfig, bool isModel)
    {
        constexpr const char* key = "tokenizer.ggml.add_space_prefix";
        const Json& flag = memberOrNull(tokenizerConfig, "add_prefix_space");
        if (flag.is_boolean() && (isModel || !pairs.find(key)))
            pairs.set(key, flag.get<bool>());
    }

} // namespace

std::string Tokenizer::decode(const std::vector<int>& tokens) const
{
    std::string text;
    for (const int token : tokens)
        text += piece(token);
    return text;
}

TokenizerWithMetadata tokenizerFromFolder(
    const fs::path& folder, const Json& config, int vocabulary)
{
    const fs::path json = folder / "tokenizer.json";
    const fs::path pieces = folder / "tokenizer.model";
    if (!fs::exists(json) && !fs::exists(pieces))
        throw Error(
            text(folder.string(), ": no tokenizer.json and no tokenizer.model in the folder",
                fs::exists(folder / "vocab.json")
                    ? ", but a vocab.json: load it with transformers and save it as tokenizer.json"
                    : ""));
    Reader reader(folder);
    const TokenizerFiles files{ .tokenizer = reader.ifThere("tokenizer.json"),
        .tokenizerConfig = reader.ifThere("tokenizer_config.json"),
        .config = config,
        .generationConfig = reader.optional("generation_config.json"),
        .addedTokens = reader.optional("added_tokens.json"),
        .specialTokensMap = reader.optional("special_tokens_map.json") };
    // A tokenizer.model has the scores that a tokenizer.json made of it lacks.
    const bool isModel = fs::exists(pieces)
        && (files.tokenizer.is_null()
            || jsonModel(files.tokenizer, json.string()) == JsonModel::CharacterBpe);
    const std::string place = (isModel ? pieces : json).string();
    const PieceModel model = isModel ? readPieceModel(pieces) : PieceModel();
    NotedMetadata metadata = isModel ? pieceMetadata(model, files, vocabulary, place)
                                     : jsonMetadata(files, vocabulary, place);
    reader.note(metadata.notes);
    if (!isModel)
        reader.note(llamaTokenizerNotes(files.tokenizer, place));
    reader.note(addSpecialTokens(metadata.pairs, files, vocabulary));
    setSpacePrefix(metadata.pairs, files.tokenizerConfig, isModel);
    reader.note(addChatTemplate(metadata.pairs, folder, files.tokenizerConfig));
    auto tokenizer = isModel ? tokenizerFromPieces(model, metadata.pairs, place)
                             : tokenizerFromJson(files.tokenizer, metadata.pairs, place);
    return { std::move(tokenizer), std::move(metadata.pairs), reader.notes() };
}

} // namespace core
