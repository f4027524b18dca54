// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/tokenizer.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/lenientjson.h"
#include "core/tokenizer/bytebpe.h"
#include "core/tokenizer/chattemplate.h"
#include "core/tokenizer/piecevocabulary.h"
#include "core/tokenizer/sentencepiece.h"
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
    const bool isPieces = files.tokenizer.is_null() || fallsBackToBytes(files.tokenizer);
    const fs::path& file = isPieces && fs::exists(pieces) ? pieces : json;
    NotedMetadata metadata = !isPieces ? vocabularyMetadata(files, vocabulary, file.string())
        : file == pieces               ? pieceMetadata(pieces, files, vocabulary)
                                       : pieceMetadata(files, vocabulary, file.string());
    reader.note(metadata.notes);
    reader.note(addSpecialTokens(metadata.pairs, files, vocabulary));
    reader.note(addChatTemplate(metadata.pairs, folder, files.tokenizerConfig));
    TokenizerWithMetadata result = tokenizerFromGguf(metadata.pairs, file.string());
    result.notes = reader.notes();
    return result;
}

TokenizerWithMetadata tokenizerFromGguf(const GgufMetadata& metadata, const std::string& place)
{
    TokenizerWithMetadata result;
    for (const auto& [key, value] : metadata.pairs())
        if (key.starts_with("tokenizer."))
            result.metadata.set(key, value);
    const std::string model = metadataString(metadata, "tokenizer.ggml.model");
    if (model == "gpt2")
        result.tokenizer = std::make_shared<const ByteBpe>(metadata, place);
    else if (model == "llama")
        result.tokenizer = std::make_shared<const SentencePiece>(metadata, place);
    else if (model.empty())
        throw Error(text(place, ": no tokenizer in the file, tokenizer.ggml.model is missing"));
    else
        throw Error(text(place, ": tokenizer.ggml.model is \"", model,
            "\", expected \"gpt2\" (byte-level BPE) or \"llama\" (SentencePiece)"));
    return result;
}

} // namespace core
