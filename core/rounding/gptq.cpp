// SPDX-License-Identifier: GPL-3.0-or-later
//
// GPTQ: Frantar, Ashkboos, Hoefler, Alistarh: "GPTQ: Accurate Post-Training Quantization for
// Generative Pre-trained Transformers" (2022), algorithm 1. Symbols as there:
//   W  weights, a row an output; columns are rounded from the first to the last
//   H  2/N Σ x xᵀ of the inputs x
//   U  upper Cholesky factor of the inverse of the damped H
//   E  errors of the rounded columns, each divided by U's diagonal ("Err" below; E is the
//   objective)
// The sum of the squares of Err is tr((W−Ŵ)(H + damping)(W−Ŵ)ᵀ).
#include "core/rounding/gptq.h"

#include "core/base/blas.h"
#include "core/base/parallel.h"
#include "core/formats/tensorformat.h"
#include "core/rounding/encode.h"
#include "core/rounding/gridrounding.h"
#include "core/rounding/parallelproduct.h"
#include "core/rounding/spanrounding.h"
#include "core/rounding/sweeps.h"

#include <algorithm>
#include <cassert>

namespace core {

namespace {

    using Index = Eigen::Index;

    /// One matrix on its way to the grid of `format`.
    struct RoundingState {
        const Format& format;
        const GptqFactor& factor;
        Index span; ///< columns between two updates of all the rest: whole blocks
        Matrix W; ///< what is still to be rounded, errors of earlier columns made up for
        Matrix Err; ///< (rows, span): of the columns now being rounded
        std::vector<std::byte> bytes;
        std::vector<double> squares; ///< Σ Err² by tile of rows, but for the damping's share
    };

    /// Rounds columns start … end − 1, by tiles of rows.
    void roundTiles(RoundingState& r, const UpperTriangular::Rows& U, Index start, Index end,
        const Progress& progress)
    {
        const Index tileRows = tileRowsOf(r.W.rows());
        const Index width = end - start;
        const std::size_t rowBytes = r.format.rowBytes(std::size_t(r.W.cols()));
        parallelFor(r.squares.size(), [&](std::size_t tile) {
            progress.checkCancelled();
            const Index row = Index(tile) * tileRows;
            const Index rows = std::min(tileRows, r.W.rows() - row);
            auto err = r.Err.block(row, 0, rows, width);
            roundSpan(r.format, U.columns(start, width),
                std::span(r.factor.importance).subspan(std::size_t(start), std::size_t(width)),
                r.W.block(row, start, rows, width), err,
                r.bytes.data() + std::size_t(row) * rowBytes
                    + r.format.rowBytes(std::size_t(start)),
                rowBytes);
            r.squares[tile] += err.cast<double>().squaredNorm();
        });
    }

    /// Carries the errors of columns start … end − 1 to all after them.
    void carryErrors(RoundingState& r, const UpperTriangular::Rows& U, Index start, Index end,
        const Progress& progress)
    {
        const Index rest = r.W.cols() - end;
        if (rest > 0)
            multiplyInParallel(-1.0f, r.Err.leftCols(end - start), U.columns(end, rest),
                blas::Side::Plain, 1.0f, r.W.rightCols(rest), progress);
    }

    /// Runs the algorithm on a copy of W. Afterwards r.bytes is filled and squares are summed.
    RoundingState roundAll(const Matrix& W, const GptqFactor& factor, const Format& format,
        const GptqOptions& options, const Progress& progress)
    {
        const Index n = W.cols();
        const Index blockSize = format.blockSize;
        const Index blocks = std::max<Index>(1, (options.columnBlock + blockSize - 1) / blockSize);
        const Index tileRows = tileRowsOf(W.rows());
        const Index tiles = (W.rows() + tileRows - 1) / tileRows;
        RoundingState r{ format, factor, std::min(n, blocks * blockSize), W, {}, {}, {} };
        r.Err.resize(W.rows(), r.span);
        r.bytes.resize(std::size_t(W.rows()) * format.rowBytes(std::size_t(n)));
        r.squares.assign(std::size_t(tiles), 0.0);
        for (Index start = 0; start < n; start += r.span) {
            progress.at(double(start) / double(n));
            const Index end = std::min(n, start + r.span);
            const UpperTriangular::Rows U(factor.U, start, end - start);
            roundTiles(r, U, start, end, progress);
            carryErrors(r, U, start, end, progress);
        }
        return r;
    }

    /// tr(D H Dᵀ), by blocks of the upper triangle of H: the rest of it adds the same again.
    double weightedSquares(const Matrix& D, const SymmetricMatrix& H, const Progress& progress)
    {
        constexpr Index blockWidth = 256;
        const Index n = D.cols();
        std::vector<double> parts(std::size_t((n + blockWidth - 1) / blockWidth), 0.0);
        parallelFor(parts.size(), [&](std::size_t task) {
            progress.checkCancelled();
            const Index block = Index(parts.size()) - 1 - Index(task); // longest first
            const Index first = block * blockWidth;
            const Index width = std::min(blockWidth, n - first);
            Matrix h = H.floatBlock(0, first, first + width, width);
            h.topRows(first) *= 2.0f;
            Matrix product(D.rows(), width);
            blas::multiply(blas::Side::Plain, blas::Side::Plain, D.rows(), width, first + width,
                1.0f, { D.data(), n }, { h.data(), width }, 0.0f, { product.data(), width });
            parts[std::size_t(block)] = product.cast<double>()
                                            .cwiseProduct(D.middleCols(first, width).cast<double>())
                                            .sum();
        });
        double sum = 0;
        for (const double part : parts)
            sum += part;
        return std::max(0.0, sum);
    }

    /// Σ added_j ‖column j of W − Ŵ‖²: what the damping adds to the sum of squares.
    double dampingShare(const Matrix& W, const Matrix& rounded, const Eigen::VectorXd& added)
    {
        return (W - rounded).cast<double>().colwise().squaredNorm().dot(added.transpose());
    }

    /// One way to store the weights.
    struct Candidate {
        std::vector<std::byte> bytes;
        double error = 0; ///< E
    };

    Candidate better(Candidate a, Candidate b)
    {
        return b.error <= a.error ? std::move(b) : std::move(a);
    }

    /// Importance-weighted rounding of `W`, judged against `target`.
    Candidate byEncoder(const Matrix& W, const Matrix& target, const GptqFactor& factor,
        const Format& format, Encoder encoder, const Progress& progress)
    {
        Candidate candidate{ encodeMatrix(W, format, factor.importance, encoder, progress), 0 };
        candidate.error
            = weightedSquares(lackOf(candidate.bytes, format, target), factor.H, progress);
        return candidate;
    }

    struct ByGptq {
        Candidate best;
        double unsweptError = 0;
        int sweeps = 0;
    };

    ByGptq byGptq(const Matrix& target, const GptqFactor& factor, const Format& format,
        const GptqOptions& options, const Progress& progress)
    {
        GptqPass pass = gptqPass(target, factor, format, options, progress.part(0, 0.6));
        ByGptq result{ {}, pass.error, 0 };
        const SweepResult swept = sweepRounded(
            target, factor, format, options.sweeps, pass.error, pass.bytes, progress.part(0.6, 1));
        result.best = { std::move(pass.bytes), std::max(0.0, pass.error - swept.gain) };
        result.sweeps = swept.sweeps;
        return result;
    }

} // namespace

GptqPass gptqPass(const Matrix& target, const GptqFactor& factor, const Format& format,
    const GptqOptions& options, const Progress& progress)
{
    const TensorFormat own(format, target);
    RoundingState r = roundAll(target, factor, own.format(), options, progress);
    double error = 0;
    for (const double squares : r.squares)
        error += squares;
    r.W.resize(0, 0);
    error -= dampingShare(
        target, decodeMatrix(r.bytes, format, target.rows(), target.cols()), factor.added);
    return { std::move(r.bytes), std::max(0.0, error) };
}

GptqResult gptqRound(const Matrix& W, const GptqFactor& factor, const Format& format,
    const GptqOptions& options, const Progress& progress)
{
    return gptqRound(W, W, factor, format, options, progress);
}

GptqResult gptqRound(const Matrix& W, const Matrix& target, const GptqFactor& factor,
    const Format& format, const GptqOptions& options, const Progress& progress, Encoder encoder)
{
    assert(format.fits(std::size_t(W.cols())) && W.cols() == factor.U.cols());
    GptqResult result;
    result.damping = factor.damping;
    result.dampingRaises = factor.dampingRaises;
    result.deadChannels = factor.deadChannels;
    result.energy = weightedSquares(target, factor.H, progress);
    Candidate best = byEncoder(W, target, factor, format, encoder, progress);
    result.importanceError = best.error;
    if (&target != &W)
        best
            = better(std::move(best), byEncoder(target, target, factor, format, encoder, progress));
    progress.at(0.3);
    if (format.grid) {
        ByGptq gptq = byGptq(target, factor, format, options, progress.part(0.3, 1));
        result.unsweptError = gptq.unsweptError;
        result.sweeps = gptq.sweeps;
        result.keptImportance = gptq.best.error > best.error;
        best = better(std::move(best), std::move(gptq.best));
    }
    result.bytes = std::move(best.bytes);
    result.error = best.error;
    progress.at(1);
    return result;
}

GptqResult gptqRound(const Matrix& W, const SymmetricMatrix& H, const Format& format,
    const GptqOptions& options, const Progress& progress)
{
    const GptqFactor factor = factorHessian(H, options, progress.part(0, 0.3));
    return gptqRound(W, factor, format, options, progress.part(0.3, 1));
}

double outputError(const Matrix& W, const Matrix& rounded, const SymmetricMatrix& H)
{
    return outputError(W - rounded, H);
}

double outputError(const Matrix& D, const SymmetricMatrix& H)
{
    return weightedSquares(D, H, Progress());
}

} // namespace core
