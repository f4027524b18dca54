// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/interop/llamameasure.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <cmath>

namespace interop {

namespace {

    // −ln p(token) by a row of logits.
    double loss(const Eigen::Ref<const Eigen::RowVectorXf>& logits, int token)
    {
        const double largest = logits.maxCoeff();
        const double sum = (logits.cast<double>().array() - largest).exp().sum();
        return largest + std::log(sum) - double(logits[token]);
    }

} // namespace

std::vector<std::vector<int>> llamaChunks(
    const LlamaModel& model, std::string_view text, int length, int count)
{
    const std::vector<int> tokens = model.tokenize(text, Special::Add);
    const int possible = int(tokens.size()) / length;
    std::vector<std::vector<int>> chunks;
    for (int i = 0; i < (count == 0 ? possible : std::min(count, possible)); ++i) {
        chunks.emplace_back(tokens.begin() + i * length, tokens.begin() + (i + 1) * length);
        if (model.addBos())
            chunks.back()[0] = model.bos();
    }
    return chunks;
}

LlamaPerplexity perplexity(LlamaContext& context, const std::vector<std::vector<int>>& chunks)
{
    LlamaPerplexity result;
    double sum = 0;
    double sumOfSquares = 0;
    for (const std::vector<int>& chunk : chunks) {
        const int length = int(chunk.size());
        const int first = length / 2;
        context.clear();
        const core::Matrix logits = context.decode(chunk, 0, first);
        for (int i = first; i + 1 < length; ++i) {
            const double nats = loss(logits.row(i - first), chunk[std::size_t(i) + 1]);
            sum += nats;
            sumOfSquares += nats * nats;
            ++result.scored;
        }
        ++result.chunks;
    }
    if (result.scored < 2)
        throw core::Error(core::text("perplexity needs a chunk of text, found ", chunks.size()));
    const double scored = double(result.scored);
    result.meanLoss = sum / scored;
    result.perplexity = std::exp(result.meanLoss);
    const double variance = sumOfSquares / scored - result.meanLoss * result.meanLoss;
    result.error = result.perplexity * std::sqrt(std::max(variance, 0.0) / (scored - 1));
    return result;
}

GreedyToken likeliest(const Eigen::Ref<const Eigen::RowVectorXf>& logits)
{
    Eigen::Index best = 0;
    const float first = logits.maxCoeff(&best);
    float second = -INFINITY;
    for (Eigen::Index i = 0; i < logits.size(); ++i)
        if (i != best)
            second = std::max(second, logits[i]);
    return { int(best), first - second };
}

std::vector<GreedyToken> continueGreedily(
    LlamaContext& context, const std::vector<int>& prompt, int count)
{
    context.clear();
    std::vector<GreedyToken> made;
    core::Matrix logits = context.decode(prompt, 0, int(prompt.size()) - 1);
    while (true) {
        made.push_back(likeliest(logits.row(0)));
        if (int(made.size()) >= count)
            return made;
        logits = context.decode({ made.back().token }, int(prompt.size() + made.size()) - 1, 0);
    }
}

} // namespace interop
