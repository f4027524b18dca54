// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/comparison.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace core {

namespace {

    /// A mean over positions and its standard error.
    struct Mean {
        double value = 0;
        double error = 0;
    };

    /// Gathers two series of values, position by position.
    class Series {
    public:
        void add(double a, double b = 0)
        {
            ++m_count;
            m_a += a;
            m_aa += a * a;
            m_b += b;
            m_bb += b * b;
            m_ab += a * b;
        }
        Mean first() const { return mean(m_a, m_aa); }
        Mean second() const { return mean(m_b, m_bb); }
        /// Covariance of the two means.
        double covariance() const
        {
            const double n = double(m_count);
            return m_count < 2 ? 0 : (m_ab / n - m_a / n * (m_b / n)) / (n - 1);
        }

    private:
        Mean mean(double sum, double squares) const
        {
            const double n = double(m_count);
            const double value = sum / n;
            const double variance = squares / n - value * value;
            return { value, variance > 0 && m_count > 1 ? std::sqrt(variance / (n - 1)) : 0 };
        }

        std::int64_t m_count = 0;
        double m_a = 0, m_aa = 0, m_b = 0, m_bb = 0, m_ab = 0;
    };

    double finiteLoss(const Score& score, std::size_t position, const std::string& model)
    {
        const double loss = score.loss();
        if (!std::isfinite(loss))
            throw Error(text(model, ": the loss at scored position ", position, " is ", loss,
                ", expected a finite number; the model's activations overflow"));
        return loss;
    }

    Evaluation fromLoss(const Mean& loss, std::size_t scored)
    {
        Evaluation evaluation;
        evaluation.meanLoss = loss.value;
        evaluation.perplexity = std::exp(loss.value);
        evaluation.perplexityError = evaluation.perplexity * loss.error;
        evaluation.scored = std::int64_t(scored);
        return evaluation;
    }

    /// √(a² + b² − 2·covariance): the error of a difference of two dependent means.
    double errorOfDifference(double a, double b, double covariance)
    {
        return std::sqrt(std::max(0.0, a * a + b * b - 2 * covariance));
    }

    void setPerplexities(Comparison& comparison, const Evaluation& model, const Series& losses)
    {
        const Mean loss = losses.first(), referenceLoss = losses.second();
        const double reference = std::exp(referenceLoss.value);
        comparison.referencePerplexity = reference;
        comparison.referencePerplexityError = reference * referenceLoss.error;
        comparison.logPerplexityRatio = loss.value - referenceLoss.value;
        comparison.logPerplexityRatioError
            = errorOfDifference(loss.error, referenceLoss.error, losses.covariance());
        comparison.perplexityDifference = model.perplexity - reference;
        comparison.perplexityDifferenceError
            = errorOfDifference(model.perplexityError, comparison.referencePerplexityError,
                losses.covariance() * model.perplexity * reference);
    }

    void setDivergences(Comparison& comparison, std::vector<double> divergences)
    {
        Series series;
        for (const double divergence : divergences)
            series.add(divergence);
        comparison.kldMean = series.first().value;
        comparison.kldError = series.first().error;
        comparison.divergences
            = std::make_shared<const std::vector<float>>(divergences.begin(), divergences.end());
        std::sort(divergences.begin(), divergences.end());
        comparison.kldMedian = quantile(divergences, 0.5);
        comparison.kld90 = quantile(divergences, 0.9);
        comparison.kld95 = quantile(divergences, 0.95);
        comparison.kld99 = quantile(divergences, 0.99);
        comparison.kld999 = quantile(divergences, 0.999);
        comparison.kldMaximum = divergences.back();
    }

} // namespace

double quantile(const std::vector<double>& sorted, double share)
{
    assert(!sorted.empty());
    const double place = std::clamp(share, 0.0, 1.0) * double(sorted.size() - 1);
    const std::size_t below = std::size_t(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return std::lerp(sorted[below], sorted[above], place - double(below));
}

Evaluation summary(const std::vector<Score>& scores, const std::string& model)
{
    Series losses;
    for (std::size_t i = 0; i < scores.size(); ++i)
        losses.add(finiteLoss(scores[i], i, model));
    return fromLoss(losses.first(), scores.size());
}

Evaluation summary(const std::vector<ScorePair>& pairs, const std::string& model)
{
    Series losses;
    double same = 0, squaredDeltas = 0;
    std::vector<double> divergences;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const ScorePair& pair = pairs[i];
        const double loss = finiteLoss(pair.model, i, model);
        const double referenceLoss = finiteLoss(pair.reference, i, "the reference of " + model);
        losses.add(loss, referenceLoss);
        divergences.push_back(pair.divergence());
        same += pair.model.top == pair.reference.top ? 1 : 0;
        const double delta = std::exp(-loss) - std::exp(-referenceLoss);
        squaredDeltas += delta * delta;
    }
    const double n = double(pairs.size());
    Evaluation evaluation = fromLoss(losses.first(), pairs.size());
    Comparison& comparison = evaluation.against.emplace();
    setPerplexities(comparison, evaluation, losses);
    setDivergences(comparison, std::move(divergences));
    comparison.sameTop1 = same / n;
    if (n > 1)
        comparison.sameTop1Error
            = std::sqrt(comparison.sameTop1 * (1 - comparison.sameTop1) / (n - 1));
    comparison.rmsDeltaP = std::sqrt(squaredDeltas / n);
    return evaluation;
}

DriftSums::DriftSums(int depths)
    : m_sums(std::size_t(depths))
{
}

void DriftSums::add(int depth, const MatrixView& reference, const MatrixView& model)
{
    struct Token {
        double error, energy, cosine;
    };
    std::vector<Token> tokens(std::size_t(model.rows()));
    constexpr std::size_t tile = 64;
    parallelFor((tokens.size() + tile - 1) / tile, [&](std::size_t task) {
        for (std::size_t i = task * tile; i < std::min((task + 1) * tile, tokens.size()); ++i) {
            const auto a = reference.row(Eigen::Index(i)).cast<double>();
            const auto b = model.row(Eigen::Index(i)).cast<double>();
            const double energy = a.squaredNorm(), norms = std::sqrt(energy * b.squaredNorm());
            tokens[i] = { (b - a).squaredNorm(), energy, norms > 0 ? a.dot(b) / norms : 1.0 };
        }
    });
    Sums& sums = m_sums.at(std::size_t(depth));
    for (const Token& token : tokens) {
        sums.error += token.error;
        sums.energy += token.energy;
        sums.error2 += token.error * token.error;
        sums.energy2 += token.energy * token.energy;
        sums.both += token.error * token.energy;
        sums.cosines += token.cosine;
    }
    sums.tokens += std::int64_t(tokens.size());
}

std::vector<Drift> DriftSums::result() const
{
    std::vector<Drift> drift;
    for (const Sums& sums : m_sums) {
        if (sums.tokens == 0)
            continue;
        const double ratio = sums.energy > 0 ? sums.error / sums.energy : 0;
        const double relative = std::sqrt(ratio);
        // Of a ratio of sums (delta method): Σ (e − r·n)² over the squared sum; then its root.
        const double rest = sums.error2 - 2 * ratio * sums.both + ratio * ratio * sums.energy2;
        const double error
            = relative > 0 ? std::sqrt(std::max(0.0, rest)) / sums.energy / (2 * relative) : 0;
        drift.push_back({ int(drift.size()), relative, sums.cosines / double(sums.tokens), error });
    }
    return drift;
}

} // namespace core
