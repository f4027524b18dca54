// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/scores.h"

#include "core/base/parallel.h"
#include "core/base/vectormath.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace core {

namespace {

    constexpr Eigen::Index positionTile = 128;
    constexpr Eigen::Index tokenTile = 512; // × 128 positions × 2 models: 512 KiB of logits
    constexpr std::int64_t decodedWeights = 1 << 22; // of a head at a time: 16 MiB

    /// Logits of one position for the tokens `firstToken` … `firstToken` + `count` − 1.
    struct Logits {
        const float* values;
        int firstToken;
        int count;
    };

    /// Raises `score` to what it is with these logits too, all but its sum. Gives the factor for
    /// sums made with the largest logit of before.
    double raise(Score& score, const Logits& logits, int target)
    {
        if (target >= logits.firstToken && target < logits.firstToken + logits.count)
            score.target = logits.values[target - logits.firstToken];
        const float largest = vectormath::largest(logits.values, std::size_t(logits.count));
        if (score.top >= 0 && !(largest > score.largest))
            return 1;
        const double factor = score.top < 0 ? 0 : std::exp(double(score.largest) - largest);
        const float* end = logits.values + logits.count;
        score.top = logits.firstToken + int(std::find(logits.values, end, largest) - logits.values);
        score.largest = largest;
        return factor;
    }

    void add(Score& score, const Logits& logits, int target)
    {
        score.sum *= raise(score, logits, target);
        score.sum
            += vectormath::sumOfPowers(logits.values, std::size_t(logits.count), score.largest);
    }

    void add(ScorePair& pair, const Logits& reference, const Logits& model, int target)
    {
        add(pair.model, model, target);
        const double factor = raise(pair.reference, reference, target);
        const auto sums = vectormath::sumsOfPowers(
            reference.values, model.values, std::size_t(reference.count), pair.reference.largest);
        pair.reference.sum = pair.reference.sum * factor + sums.sum;
        pair.difference = pair.difference * factor + sums.difference;
    }

    /// The rows `first` … of each head, decoded.
    std::vector<Matrix> decodeHeads(
        const std::vector<Head>& heads, std::int64_t first, std::int64_t rows)
    {
        std::vector<Matrix> decoded(heads.size());
        constexpr std::int64_t tile = 64;
        const std::size_t tiles = std::size_t((rows + tile - 1) / tile);
        for (std::size_t h = 0; h < heads.size(); ++h)
            decoded[h].resize(rows, heads[h].weights->columns);
        parallelFor(heads.size() * tiles, [&](std::size_t task) {
            const std::size_t h = task / tiles;
            const std::int64_t start = std::int64_t(task % tiles) * tile;
            const std::int64_t count = std::min(tile, rows - start);
            decoded[h].middleRows(start, count)
                = decodeRows(*heads[h].weights, first + start, count);
            requireFinite(*heads[h].weights, decoded[h].middleRows(start, count), first + start);
        });
        return decoded;
    }

    /// body(position, logits of each head) for all tokens in order, each position on one thread.
    template<typename Body>
    void forLogits(const std::vector<Head>& heads, const Progress& progress, const Body& body)
    {
        const Eigen::Index positions = heads.front().input->rows();
        const std::int64_t vocabulary = heads.front().weights->rows;
        const std::int64_t step
            = std::max<std::int64_t>(tokenTile, decodedWeights / heads.front().weights->columns);
        for (std::int64_t first = 0; first < vocabulary; first += step) {
            progress.at(double(first) / double(vocabulary));
            const auto rows = Eigen::Index(std::min(step, vocabulary - first));
            const std::vector<Matrix> weights = decodeHeads(heads, first, rows);
            parallelFor(
                std::size_t((positions + positionTile - 1) / positionTile), [&](std::size_t task) {
                    const Eigen::Index start = Eigen::Index(task) * positionTile;
                    const Eigen::Index count = std::min(positionTile, positions - start);
                    std::vector<Matrix> logits(heads.size());
                    for (Eigen::Index token = 0; token < rows; token += tokenTile) {
                        progress.checkCancelled();
                        const Eigen::Index tokens = std::min(tokenTile, rows - token);
                        for (std::size_t h = 0; h < heads.size(); ++h) {
                            logits[h].resize(count, tokens);
                            setProductTransposed(logits[h],
                                heads[h].input->middleRows(start, count),
                                weights[h].middleRows(token, tokens));
                            scaleLogits(logits[h], heads[h].scaling);
                        }
                        for (Eigen::Index i = 0; i < count; ++i)
                            body(std::size_t(start + i), logits, i, int(first + token));
                    }
                });
        }
        progress.at(1);
    }

    Logits rowOf(const Matrix& logits, Eigen::Index row, int firstToken)
    {
        return { logits.row(row).data(), firstToken, int(logits.cols()) };
    }

} // namespace

double Score::logSum() const { return double(largest) + std::log(sum); }

double Score::loss() const { return logSum() - double(target); }

double ScorePair::divergence() const
{
    return difference / reference.sum - reference.logSum() + model.logSum();
}

std::vector<Score> scorePositions(
    const Head& head, const std::vector<int>& targets, const Progress& progress)
{
    assert(head.input->rows() == Eigen::Index(targets.size()));
    std::vector<Score> scores(targets.size());
    forLogits({ head }, progress,
        [&](std::size_t position, const std::vector<Matrix>& logits, Eigen::Index row, int first) {
            add(scores[position], rowOf(logits[0], row, first), targets[position]);
        });
    return scores;
}

std::vector<ScorePair> scorePairs(const Head& reference, const Head& model,
    const std::vector<int>& targets, const Progress& progress)
{
    assert(reference.weights->rows == model.weights->rows);
    assert(reference.input->rows() == Eigen::Index(targets.size()));
    assert(model.input->rows() == Eigen::Index(targets.size()));
    std::vector<ScorePair> pairs(targets.size());
    forLogits({ reference, model }, progress,
        [&](std::size_t position, const std::vector<Matrix>& logits, Eigen::Index row, int first) {
            add(pairs[position], rowOf(logits[0], row, first), rowOf(logits[1], row, first),
                targets[position]);
        });
    return pairs;
}

} // namespace core
