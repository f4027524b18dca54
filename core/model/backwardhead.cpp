// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/backwardhead.h"

#include "core/base/randombits.h"
#include "core/base/vectormath.h"
#include "core/model/architecture.h"
#include "core/model/backwardsteps.h"
#include "core/model/linear.h"
#include "core/model/logitscaling.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

namespace core {

namespace {

    using backward::forTokens;
    using backward::Index;

    constexpr Index pieceValues = 1 << 23; // of logits at a time: 32 MiB

    /// The softmax of one position in what its noise needs: top, Σ e^(l − top), Σ z e^((l −
    /// top)/2).
    struct SignedSums {
        float top = -std::numeric_limits<float>::max();
        double powers = 0;
        double roots = 0;

        double logSum() const { return double(top) + std::log(powers); }
        /// Σ z √p.
        double signedRoots() const { return roots / std::sqrt(powers); }
    };

    /// z, 1 or −1, of the tokens from `first` on.
    void setSigns(std::uint64_t seed, Index first, Index count, float* result)
    {
        std::uint64_t bits = 0;
        for (Index i = 0; i < count; ++i) {
            const Index token = first + i;
            if (i == 0 || token % 64 == 0)
                bits = randomBits(seed, std::uint64_t(token) / 64);
            result[i] = (bits >> (token % 64)) & 1 ? 1.0f : -1.0f;
        }
    }

    /// result = e^((logits − top)/2).
    void setRoots(const float* logits, Index count, double top, float* result)
    {
        for (Index i = 0; i < count; ++i)
            result[i] = float(0.5 * (double(logits[i]) - top));
        vectormath::exp(result, std::size_t(count), result);
    }

    void add(
        SignedSums& sums, const float* logits, Index firstToken, Index count, std::uint64_t seed)
    {
        const float top = std::max(sums.top, vectormath::largest(logits, std::size_t(count)));
        const double shrunk = std::exp(0.5 * (double(sums.top) - double(top)));
        sums.powers *= shrunk * shrunk;
        sums.roots *= shrunk;
        sums.top = top;
        Vector roots(count), signs(count);
        setRoots(logits, count, top, roots.data());
        setSigns(seed, firstToken, count, signs.data());
        sums.powers += roots.cast<double>().squaredNorm();
        sums.roots += roots.cast<double>().dot(signs.cast<double>());
    }

    /// `logits` become the gradients at what the head's matrix gives.
    void becomeGradients(float* logits, Index firstToken, Index count, const SignedSums& sums,
        std::uint64_t seed, const LogitScaling& scaling)
    {
        Vector roots(count), signs(count);
        setRoots(logits, count, sums.logSum(), roots.data());
        setSigns(seed, firstToken, count, signs.data());
        const float drawn = float(sums.signedRoots());
        for (Index i = 0; i < count; ++i) {
            const float bent = scaling.cap > 0 ? logits[i] / scaling.cap : 0;
            const float slope = scaling.scale * (1 - bent * bent);
            logits[i] = slope * roots[i] * (signs[i] - roots[i] * drawn);
        }
    }

    /// body(first row, head's rows, logits) for the head piece by piece.
    using Body = std::function<void(Index first, const Matrix& weights, Matrix& logits)>;
    void forPieces(const Matrix& input, const Checkpoint& checkpoint, const Progress& progress,
        const Body& body)
    {
        const Tensor& head = checkpoint.head();
        const LogitScaling scaling = logitScaling(checkpoint.config());
        const Index step = std::clamp<Index>(pieceValues / std::max<Index>(1, input.rows()), 512,
            std::max<Index>(512, pieceValues / Index(head.columns)));
        for (Index first = 0; first < head.rows; first += step) {
            progress.at(double(first) / double(head.rows));
            const Index count = std::min<Index>(step, Index(head.rows) - first);
            const Matrix weights = decodeFinite(rowsOf(head, first, count), progress);
            Matrix logits = linearProduct(input, weights, progress);
            forTokens(logits.rows(), progress, [&](Index row) {
                Matrix values = logits.row(row);
                scaleLogits(values, scaling);
                logits.row(row) = values;
            });
            body(first, weights, logits);
        }
        progress.at(1);
    }

    Vector normVector(const Checkpoint& checkpoint, Role role, const Progress& progress)
    {
        const Tensor* tensor = checkpoint.find(Place{ role });
        if (!tensor)
            return {};
        const Matrix values = decodeFinite(*tensor, progress);
        return Eigen::Map<const Vector>(values.data(), values.size());
    }

} // namespace

Matrix backwardHead(const ScoredRows& rows, const Checkpoint& checkpoint,
    BackwardObserver& observer, const Progress& progress)
{
    const ModelConfig& config = checkpoint.config();
    const LogitScaling scaling = logitScaling(config);
    const Matrix input = headInput(rows.hidden, checkpoint, progress);
    std::vector<SignedSums> sums(std::size_t(input.rows()));
    forPieces(input, checkpoint, progress.part(0, 0.25),
        [&](Index first, const Matrix&, const Matrix& logits) {
            forTokens(logits.rows(), progress, [&](Index row) {
                add(sums[std::size_t(row)], logits.row(row).data(), first, logits.cols(),
                    rows.noise[std::size_t(row)]);
            });
        });
    Matrix g = Matrix::Zero(input.rows(), input.cols());
    const Role role = checkpoint.head().place.role;
    forPieces(input, checkpoint, progress.part(0.25, 1),
        [&](Index first, const Matrix& weights, Matrix& logits) {
            forTokens(logits.rows(), progress, [&](Index row) {
                becomeGradients(logits.row(row).data(), first, logits.cols(),
                    sums[std::size_t(row)], rows.noise[std::size_t(row)], scaling);
            });
            observer.linearGradient({ role, -1, first, input, logits, rows.tokens, 0 });
            backward::addThroughLinear(g, logits, weights, progress);
        });
    const Vector weight = normVector(checkpoint, config.known()->finalNorm, progress);
    return backward::throughNorm(
        rows.hidden, g, { config.known()->norm, config.normEpsilon, &weight, nullptr }, progress);
}

} // namespace core
