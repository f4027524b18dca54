// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/piecevocabulary.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/tokenizer/addedtokens.h"
#include "core/tokenizer/piecemodel.h"
#include "core/tokenizer/tokenlist.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <unordered_map>

namespace core {

namespace {

    constexpr std::string_view metaspace = "\xE2\x96\x81"; // U+2581, ▁

    NotedMetadata metadataOf(TokenList list, const TokenizerFiles& files, int unknown)
    {
        NotedMetadata result;
        result.notes = mergeAddedTokens(list, files);
        if (unknown >= 0 && std::size_t(unknown) < list.size())
            list.setType(std::size_t(unknown), TokenType::Unknown);
        result.pairs.set("tokenizer.ggml.model", std::string("llama"));
        result.pairs.set("tokenizer.ggml.pre", std::string("default"));
        result.pairs.set("tokenizer.ggml.tokens", GgufArray(list.tokens()));
        result.pairs.set("tokenizer.ggml.scores", GgufArray(list.scores()));
        result.pairs.set("tokenizer.ggml.token_type", GgufArray(list.types()));
        return result;
    }

    /// Whether a text gets a space in front. Throws Error for steps that SentencePiece does not
    /// have; `place` names the file.
    bool addsSpace(const Json& step, const std::string& place)
    {
        if (step.is_null())
            return false;
        const Json& type = memberOrNull(step, "type");
        if (type == "Prepend" && memberOrNull(step, "prepend") == metaspace)
            return true;
        if (type == "Replace" && memberOrNull(step, "content") == metaspace
            && memberOrNull(memberOrNull(step, "pattern"), "String") == " ")
            return false;
        if (type == "Metaspace") {
            const Json& scheme = memberOrNull(step, "prepend_scheme");
            return scheme.is_null() ? memberOrNull(step, "add_prefix_space") != false
                                    : scheme != "never";
        }
        for (const char* key : { "normalizers", "pretokenizers" }) {
            const Json& steps = memberOrNull(step, key);
            if (type != "Sequence" || !steps.is_array())
                continue;
            bool adds = false;
            for (const Json& inner : steps)
                adds = addsSpace(inner, place) || adds;
            return adds;
        }
        throw Error(text(place, ": ", shownJson(step),
            " is none of SentencePiece's steps, expected to prepend \"▁\" or to put it for "
            "spaces"));
    }

    /// What a merge makes. Throws Error naming `place`.
    std::string merged(const Json& merge, std::size_t rank, const std::string& place)
    {
        if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string())
            return merge[0].get<std::string>() + merge[1].get<std::string>();
        const std::string pair = merge.is_string() ? merge.get<std::string>() : std::string();
        const auto gap = pair.find(' ', 1);
        if (gap == std::string::npos)
            throw Error(text(place, ": merge ", rank, " is ", shownJson(merge),
                ", expected \"a b\" or [\"a\", \"b\"]"));
        return pair.substr(0, gap) + pair.substr(gap + 1);
    }

    /// Minus the rank of the first merge that makes a token.
    std::unordered_map<std::string, float> scoresOf(const Json& merges, const std::string& place)
    {
        if (!merges.is_array())
            throw Error(text(
                place, ": model.merges is ", merges.type_name(), ", expected an array of merges"));
        std::unordered_map<std::string, float> scores;
        for (std::size_t rank = 0; rank < merges.size(); ++rank)
            scores.emplace(merged(merges[rank], rank, place), -float(rank));
        return scores;
    }

    bool isByteToken(std::string_view token)
    {
        constexpr std::string_view digits = "0123456789ABCDEF";
        return token.size() == 6 && token.starts_with("<0x") && token.ends_with('>')
            && token.substr(3, 2).find_first_not_of(digits) == std::string_view::npos;
    }

} // namespace

bool fallsBackToBytes(const Json& tokenizer)
{
    const Json& model = memberOrNull(tokenizer, "model");
    return memberOrNull(model, "byte_fallback") == true && memberOrNull(model, "merges").is_array();
}

NotedMetadata pieceMetadata(
    const std::filesystem::path& file, const TokenizerFiles& files, int vocabulary)
{
    const PieceModel model = readPieceModel(file);
    TokenList list(std::size_t(std::max(vocabulary, 1)), file.string());
    for (std::size_t id = 0; id < model.pieces.size(); ++id) {
        const PieceModel::Piece& piece = model.pieces[id];
        list.set(Json(id), piece.text, piece.type, piece.score);
    }
    NotedMetadata result = metadataOf(std::move(list), files, -1);
    if (model.normalizes)
        result.notes.push_back(text(file.filename().string(),
            ": replaces characters before it cuts a text (a normalizer), which llama.cpp does "
            "not"));
    const auto id = [&](const char* key, int value) {
        if (value >= 0 && std::size_t(value) < model.pieces.size())
            result.pairs.set(key, std::uint32_t(value));
    };
    id("tokenizer.ggml.bos_token_id", model.bos);
    id("tokenizer.ggml.eos_token_id", model.eos);
    id("tokenizer.ggml.unknown_token_id", model.unknown);
    id("tokenizer.ggml.padding_token_id", model.pad);
    result.pairs.set("tokenizer.ggml.add_space_prefix", model.addsSpace);
    return result;
}

NotedMetadata pieceMetadata(const TokenizerFiles& files, int vocabulary, const std::string& place)
{
    const bool prepends = addsSpace(memberOrNull(files.tokenizer, "normalizer"), place);
    const bool splits = addsSpace(memberOrNull(files.tokenizer, "pre_tokenizer"), place);
    const Json& model = files.tokenizer["model"];
    const auto scores = scoresOf(model["merges"], place);
    if (!memberOrNull(model, "vocab").is_object())
        throw Error(text(place, ": model.vocab is ", memberOrNull(model, "vocab").type_name(),
            ", expected an object of tokens and their ids"));
    TokenList list(std::size_t(std::max(vocabulary, 1)), place);
    for (const auto& [token, id] : model["vocab"].items()) {
        const auto score = scores.find(token);
        list.set(id, token, isByteToken(token) ? TokenType::Byte : TokenType::Normal,
            score == scores.end() ? 0 : score->second);
    }
    readAddedTokens(list, files.tokenizer, place);
    const Json& unknown = memberOrNull(model, "unk_token");
    const int unknownId = unknown.is_string() ? list.find(unknown.get<std::string>()) : -1;
    NotedMetadata result = metadataOf(std::move(list), files, unknownId);
    if (unknownId >= 0)
        result.pairs.set("tokenizer.ggml.unknown_token_id", std::uint32_t(unknownId));
    result.pairs.set("tokenizer.ggml.add_space_prefix", prepends || splits);
    return result;
}

} // namespace core
