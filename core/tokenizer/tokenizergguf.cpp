// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/tokenizergguf.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/tokenizer/bpemodel.h"
#include "core/tokenizer/ggufpipeline.h"
#include "core/tokenizer/pipelinetokenizer.h"
#include "core/tokenizer/pretokenizersets.h"
#include "core/tokenizer/scoremodel.h"
#include "core/tokenizer/unigrammodel.h"

#include <utility>

namespace core {

namespace {

    constexpr const char* preKey = "tokenizer.ggml.pre";

    const PretokenizerSet& requirePretokenizer(
        const GgufMetadata& metadata, const std::string& place)
    {
        std::string name = metadataString(metadata, preKey);
        if (metadataString(metadata, "tokenizer.ggml.model") == "gemma4")
            name = "gemma4"; // whatever the file says
        if (name.empty())
            name = "default"; // llama.cpp's own fallback for old files
        const PretokenizerSet* set = findPretokenizerSet(name);
        if (!set)
            throw Error(text(place, ": ", preKey, " is \"", name,
                "\", a pre-tokenizer unknown to Quantscope, expected one such as gpt-2, smollm, "
                "llama-bpe or qwen2"));
        return *set;
    }

    std::vector<std::string> requireMerges(const GgufMetadata& metadata, const std::string& place)
    {
        const auto* merges = metadataArray<std::vector<std::string>>(
            metadata, "tokenizer.ggml.merges", "an array of strings", place);
        if (merges)
            return *merges;
        if (metadataString(metadata, preKey) == "kimi-k2") // its files have none
            return {};
        throw Error(
            text(place, ": tokenizer.ggml.merges is missing, expected an array of strings"));
    }

    TokenizerParts bpeParts(std::shared_ptr<const Vocabulary> vocabulary,
        const GgufMetadata& metadata, const std::string& place)
    {
        const PretokenizerSet& set = requirePretokenizer(metadata, place);
        BpeRules rules{ .wholeWords = set.wholeWords };
        if (set.marksSpaces) {
            rules.alphabet = BpeRules::Alphabet::Characters;
            rules.fallsBackToBytes = true;
        }
        TokenizerParts parts;
        parts.model = std::make_unique<const BpeModel>(
            vocabulary, requireMerges(metadata, place), rules, place);
        parts.pipeline = std::make_unique<const BpePipeline>(vocabulary, set);
        const bool isGemma = set.marksSpaces && set.addsBos; // whose BOS no flag takes away
        parts.addsBos
            = isGemma || metadataFlag(metadata, "tokenizer.ggml.add_bos_token", set.addsBos);
        // 11 is what llama.cpp takes for both where the file is silent: only of use to BOS that is
        // added.
        parts.bos = vocabulary->specialToken(
            metadata, "bos_token_id", parts.addsBos && !isGemma ? 11 : -1);
        parts.eos = vocabulary->specialToken(metadata, "eos_token_id", -1);
        parts.kind = set.marksSpaces ? "BPE" : "byte-level BPE";
        parts.spelling
            = set.marksSpaces ? TokenizerParts::Spelling::Spaces : TokenizerParts::Spelling::Bytes;
        return parts;
    }

    /// llama.cpp's defaults where the file is silent are beside each key.
    TokenizerParts pieceParts(
        std::shared_ptr<const Vocabulary> vocabulary, const GgufMetadata& metadata)
    {
        TokenizerParts parts;
        parts.model = std::make_unique<const ScoreModel>(
            vocabulary, vocabulary->specialToken(metadata, "unknown_token_id", 0));
        parts.pipeline = std::make_unique<const PiecePipeline>(vocabulary,
            PieceNormalizer{
                .addsSpace = metadataFlag(metadata, "tokenizer.ggml.add_space_prefix", true) },
            PiecePipeline::Prefix::AfterTokens, PiecePipeline::Words::Spaced);
        parts.addsBos = metadataFlag(metadata, "tokenizer.ggml.add_bos_token", true);
        parts.bos = vocabulary->specialToken(metadata, "bos_token_id", 1);
        parts.eos = vocabulary->specialToken(metadata, "eos_token_id", 2);
        parts.kind = "SentencePiece";
        parts.spelling = TokenizerParts::Spelling::Spaces;
        return parts;
    }

    CharsMap readCharsMap(const GgufMetadata& metadata, const std::string& place)
    {
        constexpr const char* key = "tokenizer.ggml.precompiled_charsmap";
        const GgufValue* value = metadata.find(key);
        const auto* array = value ? std::get_if<GgufArray>(value) : nullptr;
        if (!array)
            return {};
        std::string bytes;
        if (const auto* of = std::get_if<std::vector<std::uint8_t>>(array))
            bytes.assign(of->begin(), of->end());
        else if (const auto* signedOf = std::get_if<std::vector<std::int8_t>>(array))
            bytes.assign(signedOf->begin(), signedOf->end());
        else
            throw Error(
                text(place, ": ", key, " is ", toText(*value), ", expected an array of bytes"));
        return CharsMap(bytes, text(place, ": ", key));
    }

    TokenizerParts unigramParts(std::shared_ptr<const Vocabulary> vocabulary,
        const GgufMetadata& metadata, const std::string& place)
    {
        const int unknown = vocabulary->specialToken(metadata, "unknown_token_id", 2);
        if (unknown < 0)
            throw Error(text(place, ": tokenizer.ggml.unknown_token_id is none of the ",
                vocabulary->size(), " tokens"));
        TokenizerParts parts;
        parts.model = std::make_unique<const UnigramModel>(
            vocabulary, unknown, UnigramModel::Unknown::Token);
        PieceNormalizer normalizer{ .map = readCharsMap(metadata, place),
            .addsSpace = metadataFlag(metadata, "tokenizer.ggml.add_space_prefix", false),
            .mergesSpaces
            = metadataFlag(metadata, "tokenizer.ggml.remove_extra_whitespaces", false),
            .repairsText = true };
        parts.pipeline = std::make_unique<const PiecePipeline>(vocabulary, std::move(normalizer),
            PiecePipeline::Prefix::Always, PiecePipeline::Words::Whole);
        parts.addsBos = metadataFlag(metadata, "tokenizer.ggml.add_bos_token", false);
        parts.bos = vocabulary->specialToken(metadata, "bos_token_id", -1);
        parts.eos = vocabulary->specialToken(metadata, "eos_token_id", 1);
        parts.kind = "unigram";
        parts.spelling = TokenizerParts::Spelling::Spaces;
        return parts;
    }

    TokenizerParts partsOf(const GgufMetadata& metadata, const std::string& place)
    {
        const std::string model = metadataString(metadata, "tokenizer.ggml.model");
        if (model.empty())
            throw Error(text(place, ": no tokenizer in the file, tokenizer.ggml.model is missing"));
        const bool isBpe = model == "gpt2" || model == "gemma4";
        if (!isBpe && model != "llama" && model != "t5")
            throw Error(text(place, ": tokenizer.ggml.model is \"", model,
                "\", which Quantscope cannot compute, expected \"gpt2\" (byte-level BPE), "
                "\"gemma4\" (BPE), \"llama\" (SentencePiece) or \"t5\" (unigram)"));
        const auto vocabulary = std::make_shared<const Vocabulary>(metadata, place);
        TokenizerParts parts = isBpe ? bpeParts(vocabulary, metadata, place)
            : model == "llama"       ? pieceParts(vocabulary, metadata)
                                     : unigramParts(vocabulary, metadata, place);
        parts.vocabulary = vocabulary;
        return parts;
    }

} // namespace

TokenizerWithMetadata tokenizerFromGguf(const GgufMetadata& metadata, const std::string& place)
{
    TokenizerWithMetadata result;
    for (const auto& [key, value] : metadata.pairs())
        if (key.starts_with("tokenizer."))
            result.metadata.set(key, value);
    result.tokenizer = std::make_shared<const PipelineTokenizer>(partsOf(metadata, place), place);
    return result;
}

std::shared_ptr<const Tokenizer> tokenizerFromPieces(
    const PieceModel& model, const GgufMetadata& metadata, const std::string& place)
{
    TokenizerParts parts = partsOf(metadata, place);
    PieceNormalizer normalizer{ .map = CharsMap(model.charsMap, place),
        .addsSpace = metadataFlag(metadata, "tokenizer.ggml.add_space_prefix", model.addsSpace),
        .addsSpaceBehind = model.addsSpaceBehind,
        .mergesSpaces = model.mergesSpaces,
        .repairsText = model.isUnigram };
    using Pipeline = PiecePipeline;
    parts.pipeline = std::make_unique<const Pipeline>(parts.vocabulary, std::move(normalizer),
        Pipeline::Prefix::AfterTokens,
        model.isUnigram || model.addsSpaceBehind ? Pipeline::Words::Whole
                                                 : Pipeline::Words::Spaced);
    if (model.isUnigram && model.fallsBackToBytes)
        parts.model = std::make_unique<const UnigramModel>(
            parts.vocabulary, model.unknown, UnigramModel::Unknown::Bytes);
    return std::make_shared<const PipelineTokenizer>(std::move(parts), place);
}

} // namespace core
