// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/worsttokens.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/text.h"
#include "core/measure/evaluation.h"
#include "core/measure/scores.h"
#include "core/tokenizer/tokenizer.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace core {

namespace {

    constexpr std::size_t topKept = 3;
    constexpr int tokensBefore = 16, tokensAfter = 8;

    struct Logit {
        float value;
        int token;
    };

    /// The larger first, of equals the first token.
    bool isAbove(const Logit& a, const Logit& b)
    {
        return a.value != b.value ? a.value > b.value : a.token < b.token;
    }

    /// Keeps the best of `top` and what comes to it.
    void take(std::vector<Logit>& top, const Logit& logit)
    {
        if (top.size() == topKept && !isAbove(logit, top.back()))
            return;
        top.insert(std::ranges::upper_bound(top, logit, isAbove), logit);
        if (top.size() > topKept)
            top.pop_back();
    }

    /// The largest logits of each row of `input`, (positions, hidden).
    std::vector<std::vector<Logit>> largestLogits(
        const Head& head, const Matrix& input, const Progress& progress)
    {
        constexpr std::int64_t step = 512; // rows: with 32 positions 64 KiB of logits
        const std::int64_t vocabulary = head.weights->rows;
        std::vector<std::vector<std::vector<Logit>>> tops(
            std::size_t((vocabulary + step - 1) / step));
        parallelFor(tops.size(), [&](std::size_t task) {
            progress.checkCancelled();
            const std::int64_t first = std::int64_t(task) * step;
            const Matrix weights
                = decodeRows(*head.weights, first, std::min(step, vocabulary - first));
            requireFinite(*head.weights, weights, first);
            Matrix logits(input.rows(), weights.rows());
            setProductTransposed(logits, input, weights);
            scaleLogits(logits, head.scaling);
            tops[task].resize(std::size_t(input.rows()));
            for (Eigen::Index row = 0; row < logits.rows(); ++row)
                for (Eigen::Index token = 0; token < logits.cols(); ++token)
                    take(tops[task][std::size_t(row)], { logits(row, token), int(first + token) });
        });
        std::vector<std::vector<Logit>> best(std::size_t(input.rows()));
        for (const auto& tile : tops)
            for (std::size_t row = 0; row < best.size(); ++row)
                for (const Logit& logit : tile[row])
                    take(best[row], logit);
        return best;
    }

    std::vector<TokenChance> chances(const std::vector<Logit>& logits, const Score& score)
    {
        std::vector<TokenChance> result;
        for (const Logit& logit : logits)
            result.push_back({ logit.token, std::exp(double(logit.value) - score.logSum()) });
        return result;
    }

    /// Those of the largest divergence, of equals the first.
    std::vector<std::size_t> worstOf(const std::vector<ScorePair>& pairs)
    {
        std::vector<double> divergences;
        for (const ScorePair& pair : pairs)
            divergences.push_back(pair.divergence());
        std::vector<std::size_t> order(pairs.size());
        std::iota(order.begin(), order.end(), std::size_t(0));
        const auto end
            = order.begin() + std::ptrdiff_t(std::min<std::size_t>(worstTokensKept, order.size()));
        std::partial_sort(order.begin(), end, order.end(), [&](std::size_t a, std::size_t b) {
            return divergences[a] != divergences[b] ? divergences[a] > divergences[b] : a < b;
        });
        order.erase(end, order.end());
        return order;
    }

    Matrix rowsAt(const Matrix& input, const std::vector<std::size_t>& rows)
    {
        Matrix some(Eigen::Index(rows.size()), input.cols());
        for (std::size_t i = 0; i < rows.size(); ++i)
            some.row(Eigen::Index(i)) = input.row(Eigen::Index(rows[i]));
        return some;
    }

    std::vector<int> part(const std::vector<int>& tokens, int from, int to)
    {
        const int size = int(tokens.size());
        return { tokens.begin() + std::clamp(from, 0, size),
            tokens.begin() + std::clamp(to, 0, size) };
    }

    Json chancesToJson(const std::vector<TokenChance>& chances, const Tokenizer* tokenizer)
    {
        Json json = Json::array();
        for (const TokenChance& chance : chances) {
            json.push_back({ chance.token, chance.probability });
            if (tokenizer)
                json.back().push_back(tokenizer->piece(chance.token));
        }
        return json;
    }

    std::vector<TokenChance> chancesFromJson(const Json& json, const std::string& place)
    {
        std::vector<TokenChance> chances;
        for (const Json& pair : json) {
            if (!pair.is_array() || pair.size() < 2 || !pair[0].is_number_integer()
                || !pair[1].is_number())
                throw Error(text(place, ": found ", shownJson(pair),
                    " among the likeliest tokens, expected a token and its probability"));
            chances.push_back({ pair[0].get<int>(), pair[1].get<double>() });
        }
        return chances;
    }

    std::vector<int> tokensFromJson(const Json& json, const std::string& place)
    {
        std::vector<int> tokens;
        for (const Json& token : json) {
            if (!token.is_number_integer())
                throw Error(text(place, ": found ", shownJson(token), ", expected a token"));
            tokens.push_back(token.get<int>());
        }
        return tokens;
    }

} // namespace

std::vector<WorstToken> worstTokens(const std::vector<ScorePair>& pairs, const Head& reference,
    const Head& model, const std::vector<std::vector<int>>& chunks, const Progress& progress)
{
    const std::vector<std::size_t> worst = worstOf(pairs);
    const auto referenceTops
        = largestLogits(reference, rowsAt(*reference.input, worst), progress.part(0, 0.5));
    const auto modelTops = largestLogits(model, rowsAt(*model.input, worst), progress.part(0.5, 1));
    const int context = int(chunks.front().size()), scored = scoredIn(context);
    std::vector<WorstToken> result;
    for (std::size_t i = 0; i < worst.size(); ++i) {
        const ScorePair& pair = pairs[worst[i]];
        WorstToken& token = result.emplace_back();
        token.chunk = int(worst[i]) / scored;
        token.position = firstScored(context) + int(worst[i]) % scored + 1;
        const std::vector<int>& chunk = chunks[std::size_t(token.chunk)];
        const int next = chunk[std::size_t(token.position)];
        token.divergence = pair.divergence();
        token.reference = { next, std::exp(-pair.reference.loss()) };
        token.model = { next, std::exp(-pair.model.loss()) };
        token.referenceTop = chances(referenceTops[i], pair.reference);
        token.modelTop = chances(modelTops[i], pair.model);
        token.before = part(chunk, token.position - tokensBefore, token.position);
        token.after = part(chunk, token.position + 1, token.position + 1 + tokensAfter);
    }
    return result;
}

Json worstTokensToJson(const std::vector<WorstToken>& worst, const Tokenizer* tokenizer)
{
    Json json = Json::array();
    for (const WorstToken& token : worst) {
        json.push_back({ { "chunk", token.chunk }, { "position", token.position },
            { "kld", token.divergence }, { "token", token.reference.token },
            { "reference_p", token.reference.probability }, { "model_p", token.model.probability },
            { "reference_top", chancesToJson(token.referenceTop, tokenizer) },
            { "model_top", chancesToJson(token.modelTop, tokenizer) }, { "before", token.before },
            { "after", token.after } });
        if (!tokenizer)
            continue;
        json.back()["text"] = tokenizer->piece(token.reference.token);
        json.back()["text_before"] = tokenizer->decode(token.before);
        json.back()["text_after"] = tokenizer->decode(token.after);
    }
    return json;
}

std::vector<WorstToken> worstTokensFromJson(const Json& json, const std::string& place)
{
    std::vector<WorstToken> worst;
    for (const Json& one : json) {
        WorstToken& token = worst.emplace_back();
        token.chunk = int(jsonValue<std::int64_t>(one, "chunk", place));
        token.position = int(jsonValue<std::int64_t>(one, "position", place));
        token.divergence = jsonValue<double>(one, "kld", place);
        const int next = int(jsonValue<std::int64_t>(one, "token", place));
        token.reference = { next, jsonValue<double>(one, "reference_p", place) };
        token.model = { next, jsonValue<double>(one, "model_p", place) };
        token.referenceTop = chancesFromJson(jsonPart(one, "reference_top", place), place);
        token.modelTop = chancesFromJson(jsonPart(one, "model_top", place), place);
        token.before = tokensFromJson(jsonPart(one, "before", place), place);
        token.after = tokensFromJson(jsonPart(one, "after", place), place);
    }
    return worst;
}

} // namespace core
