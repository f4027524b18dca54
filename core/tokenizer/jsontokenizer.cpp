// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/jsontokenizer.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/tokenizer/bpemodel.h"
#include "core/tokenizer/jsonpipeline.h"
#include "core/tokenizer/pipelinetokenizer.h"
#include "core/tokenizer/pretokenizersets.h"
#include "core/tokenizer/unigrammodel.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace core {

namespace {

    /// Whether a step, or one of a Sequence, is ByteLevel.
    bool hasByteLevel(const Json& step)
    {
        if (memberOrNull(step, "type") == "ByteLevel")
            return true;
        for (const char* key : { "pretokenizers", "normalizers", "decoders" }) {
            const Json& steps = memberOrNull(step, key);
            for (const Json& inner : steps.is_array() ? steps : Json::array())
                if (hasByteLevel(inner))
                    return true;
        }
        return false;
    }

    std::vector<AddedTokenRule> addedTokens(const Json& tokenizer, const Vocabulary& vocabulary)
    {
        std::vector<AddedTokenRule> tokens;
        const Json& added = memberOrNull(tokenizer, "added_tokens");
        for (const Json& token : added.is_array() ? added : Json::array()) {
            const Json& id = memberOrNull(token, "id");
            const Json& content = memberOrNull(token, "content");
            if (!content.is_string() || !id.is_number_integer() || id < 0
                || id >= vocabulary.size())
                continue; // vocabularyMetadata throws for these
            AddedTokenRule made{ content.get<std::string>(), id.get<int>() };
            made.isSpecial = vocabulary.type(made.id) != TokenType::UserDefined;
            made.isNormalized = flagOr(token, "normalized", false);
            made.stripsLeft = flagOr(token, "lstrip", false);
            made.stripsRight = flagOr(token, "rstrip", false);
            made.isSingleWord = flagOr(token, "single_word", false);
            tokens.push_back(std::move(made));
        }
        return tokens;
    }

    /// Tokens that only other files add: found as they are.
    void addFoundElsewhere(std::vector<AddedTokenRule>& tokens, const Vocabulary& vocabulary)
    {
        std::vector<bool> isKnown(std::size_t(vocabulary.size()));
        for (const AddedTokenRule& token : tokens)
            isKnown[std::size_t(token.id)] = true;
        for (int id = 0; id < vocabulary.size(); ++id)
            if (vocabulary.type(id) == TokenType::UserDefined && !isKnown[std::size_t(id)])
                tokens.push_back({ vocabulary.token(id), id });
    }

    int unknownOf(const Json& model, const Vocabulary& vocabulary)
    {
        const Json& name = memberOrNull(model, "unk_token");
        return name.is_string() ? vocabulary.find(name.get<std::string>()) : -1;
    }

    std::unique_ptr<const WordModel> bpeModel(const Json& model,
        std::shared_ptr<const Vocabulary> vocabulary, const JsonPretokenizer& words,
        const std::string& place)
    {
        BpeRules rules{ .unknown = unknownOf(model, *vocabulary) };
        rules.alphabet
            = words.givesBytes() ? BpeRules::Alphabet::Bytes : BpeRules::Alphabet::Characters;
        if (flagOr(model, "ignore_merges", false))
            rules.wholeWords = BpeRules::WholeWords::All;
        rules.fallsBackToBytes = flagOr(model, "byte_fallback", false) && !words.isByteLevel();
        rules.fusesUnknown = flagOr(model, "fuse_unk", false);
        return std::make_unique<const BpeModel>(
            std::move(vocabulary), readMerges(model, place), rules, place);
    }

    std::unique_ptr<const WordModel> unigramModel(
        const Json& model, std::shared_ptr<const Vocabulary> vocabulary, const std::string& place)
    {
        const Json& unknown = memberOrNull(model, "unk_id");
        if (!unknown.is_number_integer() || unknown < 0 || unknown >= vocabulary->size())
            throw Error(text(place, ": model.unk_id is ", shownJson(unknown), ", expected 0 to ",
                vocabulary->size() - 1));
        return std::make_unique<const UnigramModel>(std::move(vocabulary), unknown.get<int>(),
            flagOr(model, "byte_fallback", false) ? UnigramModel::Unknown::Bytes
                                                  : UnigramModel::Unknown::Token);
    }

    /// Whether llama.cpp puts a BOS before a text where the file does not say.
    bool addsBosUnlessTold(const GgufMetadata& metadata)
    {
        const PretokenizerSet* set
            = findPretokenizerSet(metadataString(metadata, "tokenizer.ggml.pre"));
        const std::string model = metadataString(metadata, "tokenizer.ggml.model");
        return model == "llama" || model == "gemma4" || (model == "gpt2" && set && set->addsBos);
    }

    const char* kindOf(JsonModel model, const Json& json)
    {
        switch (model) {
        case JsonModel::ByteBpe:
            return "byte-level BPE";
        case JsonModel::CharacterBpe:
            return flagOr(json, "byte_fallback", false) ? "SentencePiece" : "BPE";
        case JsonModel::Unigram:
            return "unigram";
        }
        return "";
    }

} // namespace

JsonModel jsonModel(const Json& tokenizer, const std::string& place)
{
    const Json& model = memberOrNull(tokenizer, "model");
    const Json& type = memberOrNull(model, "type");
    if (type == "Unigram")
        return JsonModel::Unigram;
    if (type != "BPE" && !(type.is_null() && model.is_object() && model.contains("merges")))
        throw Error(text(
            place, ": the model's type is ", shownJson(type), ", expected \"BPE\" or \"Unigram\""));
    for (const char* key : { "continuing_subword_prefix", "end_of_word_suffix" })
        if (const Json& affix = memberOrNull(model, key); !affix.is_null() && affix != "")
            throw Error(text(
                place, ": ", key, " is ", shownJson(affix), ", expected none, as in BPE on bytes"));
    return hasByteLevel(memberOrNull(tokenizer, "pre_tokenizer"))
            || hasByteLevel(memberOrNull(tokenizer, "normalizer"))
        ? JsonModel::ByteBpe
        : JsonModel::CharacterBpe;
}

std::shared_ptr<const Tokenizer> tokenizerFromJson(
    const Json& tokenizer, const GgufMetadata& metadata, const std::string& place)
{
    const JsonModel kind = jsonModel(tokenizer, place);
    const Json& model = memberOrNull(tokenizer, "model");
    const auto vocabulary = std::make_shared<const Vocabulary>(metadata, place);
    JsonPretokenizer words(memberOrNull(tokenizer, "pre_tokenizer"), place);
    TokenizerParts parts;
    parts.vocabulary = vocabulary;
    parts.model = kind == JsonModel::Unigram ? unigramModel(model, vocabulary, place)
                                             : bpeModel(model, vocabulary, words, place);
    std::vector<AddedTokenRule> added = addedTokens(tokenizer, *vocabulary);
    addFoundElsewhere(added, *vocabulary);
    const bool mayCut = kind == JsonModel::CharacterBpe && !flagOr(model, "ignore_merges", false);
    parts.pipeline = std::make_unique<const JsonPipeline>(added,
        TextNormalizer(memberOrNull(tokenizer, "normalizer"), place), std::move(words),
        mayCut ? std::optional<SpacedWords>(*vocabulary) : std::nullopt);
    parts.spelling = kind == JsonModel::ByteBpe ? TokenizerParts::Spelling::Bytes
                                                : TokenizerParts::Spelling::Spaces;
    parts.kind = kindOf(kind, model);
    parts.bos = vocabulary->specialToken(metadata, "bos_token_id", -1);
    parts.eos = vocabulary->specialToken(metadata, "eos_token_id", -1);
    parts.addsBos = metadataFlag(
        metadata, "tokenizer.ggml.add_bos_token", parts.bos >= 0 && addsBosUnlessTold(metadata));
    return std::make_shared<const PipelineTokenizer>(std::move(parts), place);
}

} // namespace core
