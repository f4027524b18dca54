// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/interop/llamameasure.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

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

    // Of the scored positions of one chunk.
    std::vector<double> chunkLosses(LlamaContext& context, const std::vector<int>& chunk)
    {
        const std::size_t first = chunk.size() / 2;
        context.clear();
        const core::Matrix logits = context.decode(chunk, 0, int(first));
        std::vector<double> losses;
        for (std::size_t i = first; i + 1 < chunk.size(); ++i)
            losses.push_back(loss(logits.row(Eigen::Index(i - first)), chunk[i + 1]));
        return losses;
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

LlamaPerplexity perplexity(
    const std::shared_ptr<const LlamaModel>& model, const std::vector<std::vector<int>>& chunks)
{
    if (chunks.empty())
        throw core::Error("perplexity needs a chunk of text, found none");
    std::vector<std::vector<double>> losses(chunks.size());
    const std::size_t contexts = std::min<std::size_t>(core::processorCount(), chunks.size());
    core::parallelFor(contexts, [&](std::size_t first) {
        LlamaContext context(model, int(chunks[0].size()));
        for (std::size_t i = first; i < chunks.size(); i += contexts)
            losses[i] = chunkLosses(context, chunks[i]);
    });
    LlamaPerplexity result;
    double sumOfSquares = 0;
    for (const std::vector<double>& chunk : losses) {
        for (const double nats : chunk) {
            result.meanLoss += nats;
            sumOfSquares += nats * nats;
        }
        result.scored += std::int64_t(chunk.size());
        ++result.chunks;
    }
    const double scored = double(result.scored);
    result.meanLoss /= scored;
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
