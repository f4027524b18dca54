// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/piecevocabulary.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/tokenizer/addedtokens.h"
#include "core/tokenizer/spaces.h"
#include "core/tokenizer/textnormalizer.h"
#include "core/tokenizer/tokenlist.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <unordered_map>

namespace core {

namespace {

    NotedMetadata metadataOf(
        TokenList list, const TokenizerFiles& files, const char* model, int unknown)
    {
        NotedMetadata result;
        result.notes = mergeAddedTokens(list, files);
        if (unknown >= 0 && std::size_t(unknown) < list.size())
            list.setType(std::size_t(unknown), TokenType::Unknown);
        result.pairs.set("tokenizer.ggml.model", std::string(model));
        result.pairs.set("tokenizer.ggml.pre", std::string("default"));
        result.pairs.set("tokenizer.ggml.tokens", GgufArray(list.tokens()));
        result.pairs.set("tokenizer.ggml.scores", GgufArray(list.scores()));
        result.pairs.set("tokenizer.ggml.token_type", GgufArray(list.types()));
        if (unknown >= 0 && std::size_t(unknown) < list.size())
            result.pairs.set("tokenizer.ggml.unknown_token_id", std::uint32_t(unknown));
        return result;
    }

    /// What llama.cpp's unigram does to a text before.
    void setNormalizer(GgufMetadata& pairs, bool mergesSpaces, const std::string& charsMap)
    {
        pairs.set("tokenizer.ggml.remove_extra_whitespaces", mergesSpaces);
        if (!charsMap.empty())
            pairs.set("tokenizer.ggml.precompiled_charsmap",
                GgufArray(std::vector<std::uint8_t>(charsMap.begin(), charsMap.end())));
    }

    /// body(step) for a step or those of a Sequence.
    template<typename Body>
    void forSteps(const Json& step, const Body& body)
    {
        if (step.is_null())
            return;
        if (memberOrNull(step, "type") != "Sequence")
            return body(step);
        for (const char* key : { "normalizers", "pretokenizers" }) {
            const Json& steps = memberOrNull(step, key);
            for (const Json& inner : steps.is_array() ? steps : Json::array())
                forSteps(inner, body);
        }
    }

    /// body(step) for the normalizer's steps, then the pre-tokenizer's.
    template<typename Body>
    void forAllSteps(const Json& tokenizer, const Body& body)
    {
        forSteps(memberOrNull(tokenizer, "normalizer"), body);
        forSteps(memberOrNull(tokenizer, "pre_tokenizer"), body);
    }

    /// Whether a step puts a space before a text.
    bool addsSpace(const Json& step)
    {
        const Json& type = memberOrNull(step, "type");
        if (type == "Prepend")
            return memberOrNull(step, "prepend") == spaceMark;
        const Json& scheme = memberOrNull(step, "prepend_scheme");
        return type == "Metaspace"
            && (scheme.is_null() ? memberOrNull(step, "add_prefix_space") != false
                                 : scheme != "never");
    }

    /// Whether SentencePiece does what a step does.
    bool isOfSentencePiece(const Json& step)
    {
        const Json& type = memberOrNull(step, "type");
        const Json& literal = memberOrNull(memberOrNull(step, "pattern"), "String");
        return type == "Metaspace" || (type == "Prepend" && addsSpace(step))
            || (type == "Replace" && literal == " " && memberOrNull(step, "content") == spaceMark)
            || (type == "Split" && literal == " "); // Gemma's, behind that Replace: nothing is left
    }

    /// Minus the rank of the first merge that makes a token.
    std::unordered_map<std::string, float> scoresOf(const std::vector<std::string>& merges)
    {
        std::unordered_map<std::string, float> scores;
        for (std::size_t rank = 0; rank < merges.size(); ++rank) {
            const std::string& merge = merges[rank];
            const auto gap = merge.find(' ', 1);
            if (gap != merge.npos)
                scores.emplace(merge.substr(0, gap) + merge.substr(gap + 1), -float(rank));
        }
        return scores;
    }

    bool isByteToken(std::string_view token)
    {
        constexpr std::string_view digits = "0123456789ABCDEF";
        return token.size() == 6 && token.starts_with("<0x") && token.ends_with('>')
            && token.substr(3, 2).find_first_not_of(digits) == std::string_view::npos;
    }

    /// tokenizer.json's model has a vocabulary of tokens and ids.
    const Json& requireVocabulary(const Json& model, const std::string& place)
    {
        const Json& vocabulary = memberOrNull(model, "vocab");
        if (!vocabulary.is_object())
            throw Error(text(place, ": model.vocab is ", vocabulary.type_name(),
                ", expected an object of tokens and their ids"));
        return vocabulary;
    }

    bool isGemma4(const Json& config)
    {
        const auto is = [](const Json& type) {
            return type.is_string() && type.get_ref<const std::string&>().starts_with("gemma4");
        };
        return is(memberOrNull(config, "model_type"))
            || is(memberOrNull(memberOrNull(config, "text_config"), "model_type"));
    }

    /// Tokens of Gemma 4 that a runtime is to show (convert_hf_to_gguf.py): text, not control.
    constexpr std::array<const char*, 7> shownByGemma4 = { "<|channel>", "<channel|>",
        "<|tool_call>", "<tool_call|>", "<|tool_response>", "<tool_response|>", "<|\"|>" };

} // namespace

NotedMetadata pieceMetadata(
    const PieceModel& model, const TokenizerFiles& files, int vocabulary, const std::string& place)
{
    TokenList list(std::size_t(std::max(vocabulary, 1)), place);
    for (std::size_t id = 0; id < model.pieces.size(); ++id) {
        const PieceModel::Piece& piece = model.pieces[id];
        list.set(Json(id), piece.text, piece.type, piece.score);
    }
    NotedMetadata result
        = metadataOf(std::move(list), files, model.isUnigram ? "t5" : "llama", model.unknown);
    if (model.isUnigram)
        setNormalizer(result.pairs, model.mergesSpaces, model.charsMap);
    else if (!model.charsMap.empty() || model.mergesSpaces)
        result.notes.push_back(
            text("tokenizer.model: replaces characters or joins spaces before it "
                 "cuts a text (a normalizer), which llama.cpp does not"));
    if (model.isUnigram && model.fallsBackToBytes)
        result.notes.push_back("tokenizer.model: falls back to bytes, which llama.cpp's unigram "
                               "does not");
    const auto id = [&](const char* key, int value) {
        if (value >= 0 && std::size_t(value) < model.pieces.size())
            result.pairs.set(key, std::uint32_t(value));
    };
    id("tokenizer.ggml.bos_token_id", model.bos);
    id("tokenizer.ggml.eos_token_id", model.eos);
    id("tokenizer.ggml.padding_token_id", model.pad);
    result.pairs.set("tokenizer.ggml.add_space_prefix", model.addsSpace);
    return result;
}

NotedMetadata characterBpeMetadata(
    const TokenizerFiles& files, int vocabulary, const std::string& place)
{
    const Json& model = memberOrNull(files.tokenizer, "model");
    const std::vector<std::string> merges = readMerges(model, place);
    const auto scores = scoresOf(merges);
    TokenList list(std::size_t(std::max(vocabulary, 1)), place);
    for (const auto& [token, id] : requireVocabulary(model, place).items()) {
        const auto score = scores.find(token);
        // What no merge makes comes last; llama.cpp would merge it all the same.
        list.set(id, token, isByteToken(token) ? TokenType::Byte : TokenType::Normal,
            score == scores.end() ? -float(merges.size()) : score->second);
    }
    readAddedTokens(list, files.tokenizer, place);
    const bool isGemma = isGemma4(files.config);
    for (const char* token : shownByGemma4)
        if (const int id = list.find(token); isGemma && id >= 0)
            list.setType(std::size_t(id), TokenType::UserDefined);
    const Json& unknown = memberOrNull(model, "unk_token");
    const int unknownId = unknown.is_string() ? list.find(unknown.get<std::string>()) : -1;
    NotedMetadata result
        = metadataOf(std::move(list), files, isGemma ? "gemma4" : "llama", unknownId);
    bool adds = false;
    std::string foreign;
    forAllSteps(files.tokenizer, [&](const Json& step) {
        adds = adds || addsSpace(step);
        if (foreign.empty() && !isOfSentencePiece(step))
            foreign = shownJson(step);
    });
    if (!foreign.empty())
        result.notes.push_back(text("llama.cpp will give other tokens for some texts: its "
                                    "SentencePiece has no step such as ",
            foreign));
    result.pairs.set("tokenizer.ggml.add_space_prefix", adds && !isGemma);
    if (isGemma) {
        result.pairs.remove("tokenizer.ggml.pre");
        result.pairs.set("tokenizer.ggml.merges", GgufArray(merges));
    }
    return result;
}

NotedMetadata unigramMetadata(const TokenizerFiles& files, int vocabulary, const std::string& place)
{
    const Json& model = memberOrNull(files.tokenizer, "model");
    const Json& pieces = memberOrNull(model, "vocab");
    if (!pieces.is_array())
        throw Error(text(place, ": model.vocab is ", pieces.type_name(),
            ", expected an array of pieces and their scores"));
    TokenList list(std::size_t(std::max(vocabulary, 1)), place);
    for (std::size_t id = 0; id < pieces.size(); ++id) {
        const Json& piece = pieces[id];
        if (!piece.is_array() || piece.size() != 2 || !piece[0].is_string()
            || !piece[1].is_number())
            throw Error(text(
                place, ": piece ", id, " is ", shownJson(piece), ", expected [\"piece\", score]"));
        const auto token = piece[0].get<std::string>();
        list.set(Json(id), token, isByteToken(token) ? TokenType::Byte : TokenType::Normal,
            piece[1].get<float>());
    }
    readAddedTokens(list, files.tokenizer, place);
    const Json& unknown = memberOrNull(model, "unk_id");
    NotedMetadata result = metadataOf(std::move(list), files, "t5",
        unknown.is_number_integer() && unknown >= 0 && unknown < pieces.size() ? unknown.get<int>()
                                                                               : -1);
    bool adds = false;
    bool merges = false;
    std::string charsMap;
    forAllSteps(files.tokenizer, [&](const Json& step) {
        const Json& type = memberOrNull(step, "type");
        const Json& map = memberOrNull(step, "precompiled_charsmap");
        adds = adds || addsSpace(step);
        merges = merges || type == "WhitespaceSplit"
            || memberOrNull(memberOrNull(step, "pattern"), "Regex") == " {2,}";
        if (type == "Precompiled" && map.is_string())
            charsMap = bytesOfBase64(map.get<std::string>());
    });
    setNormalizer(result.pairs, merges, charsMap);
    result.pairs.set("tokenizer.ggml.add_space_prefix", adds);
    return result;
}

} // namespace core
