// SPDX-License-Identifier: GPL-3.0-or-later
//
// Symbols: D = T − Ŵ (out, in); H of the inputs, U its factor; A = H_O + λ of the outputs, V its
// factor (A⁻¹ = Vᵀ V). Of all weights of the rows after b, those that make up best for rows b's D_b
// take V_brᵀ V_bb⁻ᵀ D_b off row r, whatever H is: it acts on each column alone. So columns may be
// the outer loop, and what all rows lack in some columns is carried to the rest at once.
#include "core/rounding/twosided.h"

#include "core/base/parallel.h"
#include "core/formats/tensorformat.h"
#include "core/rounding/encode.h"
#include "core/rounding/gridrounding.h"
#include "core/rounding/parallelproduct.h"
#include "core/rounding/spanrounding.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace core {

namespace {

    using Index = Eigen::Index;
    using blas::Side;

    using namespace twosided;
    /// c −= aᵀ b on the calling thread.
    void subtractTransposed(const MatrixView& a, const MatrixView& b, MatrixBlock c)
    {
        if (c.size() > 0)
            blas::multiply(Side::Transposed, Side::Plain, c.rows(), c.cols(), a.rows(), -1.0f,
                { a.data(), a.outerStride() }, { b.data(), b.outerStride() }, 1.0f,
                { c.data(), c.outerStride() });
    }

    /// Some columns of a matrix on their way to the grid.
    struct SpanInWork {
        const Format& format;
        const GptqFactor& factor;
        const UpperTriangular::Rows& U;
        Index first, width; ///< columns
        Matrix T; ///< (rows, width): the target there
        Matrix W; ///< the same, errors of the columns before made up for
        Matrix shift; ///< that makes up for rows before
        Matrix E; ///< V_bb⁻ᵀ D_b of the rows b
        std::byte* stored; ///< the first row's blocks there
        std::size_t rowBytes;
        Matrix err; ///< of each column, divided by U's diagonal
    };

    void roundRows(SpanInWork& s, Index row, Index rows)
    {
        s.W.middleRows(row, rows) += s.shift.middleRows(row, rows);
        const MatrixView U = s.U.columns(s.first, s.width);
        const auto importance
            = std::span(s.factor.importance).subspan(std::size_t(s.first), std::size_t(s.width));
        parallelFor(std::size_t((rows + rowsATask - 1) / rowsATask), [&](std::size_t task) {
            const Index from = row + Index(task) * rowsATask;
            const Index count = std::min(rowsATask, row + rows - from);
            roundSpan(s.format, U, importance, s.W.middleRows(from, count),
                s.err.middleRows(from, count), s.stored + std::size_t(from) * s.rowBytes,
                s.rowBytes);
        });
        // D = T + shift − Ŵ, Ŵ = W − err · diag(U)
        s.E.middleRows(row, rows) = s.T.middleRows(row, rows) + s.shift.middleRows(row, rows)
            - s.W.middleRows(row, rows) + s.err.middleRows(row, rows) * U.diagonal().asDiagonal();
    }

    /// Rounds the rows of one block of outputs.
    void roundBlock(SpanInWork& s, const OutputFactor::Block& outputs, const Progress& progress)
    {
        const Matrix& V = outputs.U;
        const Index all = V.rows();
        for (Index panel = 0; panel < all; panel += panelRows) {
            progress.checkCancelled();
            const Index panelEnd = std::min(all, panel + panelRows);
            for (Index row = panel; row < panelEnd; row += rowsAtATime) {
                const Index rows = std::min(rowsAtATime, panelEnd - row), next = row + rows;
                roundRows(s, outputs.first + row, rows);
                auto E = s.E.middleRows(outputs.first + row, rows);
                V.block(row, row, rows, rows)
                    .triangularView<Eigen::Upper>()
                    .transpose()
                    .solveInPlace(E);
                subtractTransposed(V.block(row, next, rows, panelEnd - next), E,
                    s.shift.middleRows(outputs.first + next, panelEnd - next));
            }
            if (panelEnd < all) {
                const Matrix v
                    = V.block(panel, panelEnd, panelEnd - panel, all - panelEnd).transpose();
                multiplyInParallel(-1.0f, v,
                    s.E.middleRows(outputs.first + panel, panelEnd - panel), Side::Plain, 1.0f,
                    s.shift.middleRows(outputs.first + panelEnd, all - panelEnd), progress);
            }
        }
    }

    std::vector<std::byte> roundAll(const Matrix& T, const GptqFactor& factor,
        const OutputFactor& outputs, const Format& format, const GptqOptions& options,
        const Progress& progress)
    {
        const Index n = T.cols(), m = T.rows(), blockSize = format.blockSize;
        const Index blocks = std::max<Index>(1, (options.columnBlock + blockSize - 1) / blockSize);
        const Index step = std::min(n, blocks * blockSize);
        const std::size_t rowBytes = format.rowBytes(std::size_t(n));
        std::vector<std::byte> bytes(std::size_t(m) * rowBytes);
        Matrix W = T;
        for (Index first = 0; first < n; first += step) {
            progress.at(double(first) / double(n));
            const Index width = std::min(step, n - first), rest = n - first - width;
            const UpperTriangular::Rows U(factor.U, first, width);
            SpanInWork span{ format, factor, U, first, width, T.middleCols(first, width),
                W.middleCols(first, width), Matrix::Zero(m, width), Matrix(m, width),
                bytes.data() + format.rowBytes(std::size_t(first)), rowBytes, Matrix(m, width) };
            for (const auto& block : outputs.blocks)
                roundBlock(span, block, progress);
            if (rest > 0)
                multiplyInParallel(-1.0f, span.err, U.columns(first + width, rest), Side::Plain,
                    1.0f, W.rightCols(rest), progress);
        }
        return bytes;
    }

} // namespace

double twoSidedError(const Matrix& D, const SymmetricMatrix& H, const OutputFactor& outputs,
    const Progress& progress)
{
    const Index n = D.cols();
    const Matrix AD = weighedOutputs(outputs, D, progress);
    Matrix DH(D.rows(), D.cols());
    forProductBlocks(D.rows(), n, [&](Index row, Index column, Index height, Index width) {
        progress.checkCancelled();
        const Matrix h = H.floatBlock(0, column, n, width);
        blas::multiply(Side::Plain, Side::Plain, height, width, n, 1.0f, { &D(row, 0), n },
            { h.data(), width }, 0.0f, { &DH(row, column), n });
    });
    double sum = 0;
    for (Index row = 0; row < D.rows(); ++row)
        sum += AD.row(row).cast<double>().dot(DH.row(row).cast<double>());
    return std::max(0.0, sum);
}

std::vector<std::byte> twoSidedPass(const Matrix& T, const GptqFactor& factor,
    const OutputFactor& outputs, const Format& format, const GptqOptions& options,
    const Progress& progress)
{
    const bool alike = std::ranges::all_of(
        outputs.blocks, [](const auto& block) { return block.A.isDiagonal(0); });
    if (alike) // nothing to carry
        return gptqPass(T, factor, format, options, progress).bytes;
    const TensorFormat own(format, T);
    return roundAll(T, factor, outputs, own.format(), options, progress);
}

TwoSidedResult roundTwoSided(const Matrix& target, const GptqFactor& factor,
    const OutputFactor& outputs, const Format& format, const GptqOptions& options,
    const Progress& progress)
{
    assert(format.grid && target.cols() == factor.U.cols());
    TwoSidedResult result{
        twoSidedPass(target, factor, outputs, format, options, progress.part(0, 0.4)), 0, 0
    };
    result.error = twoSidedError(lackOf(result.bytes, format, target), factor.H, outputs, progress);
    const SweepResult swept = sweepTwoSided(target, factor, outputs, format, options.sweeps,
        result.error, result.bytes, progress.part(0.4, 1));
    result.error = std::max(0.0, result.error - swept.gain);
    result.sweeps = swept.sweeps;
    return result;
}

GptqResult gptqRoundTwoSided(const Matrix& W, const Matrix& target, const GptqFactor& factor,
    const OutputFactor& outputs, const Format& format, const GptqOptions& options,
    const Progress& progress, Encoder encoder)
{
    TwoSidedResult best
        = roundTwoSided(target, factor, outputs, format, options, progress.part(0, 0.8));
    GptqResult result;
    result.damping = factor.damping;
    result.dampingRaises = factor.dampingRaises;
    result.deadChannels = factor.deadChannels;
    result.sweeps = best.sweeps;
    result.energy = outputError(target, factor.H);
    for (const Matrix* encoded : { &W, &target }) {
        auto bytes = encodeMatrix(*encoded, format, factor.importance, encoder, progress);
        const Matrix D = lackOf(bytes, format, target);
        if (encoded == &W)
            result.importanceError = outputError(D, factor.H);
        const double error = twoSidedError(D, factor.H, outputs, progress);
        if (error < best.error) {
            best = { std::move(bytes), error, 0 };
            result.keptImportance = true;
        }
    }
    const Matrix D = lackOf(best.bytes, format, target);
    result.error = outputError(D, factor.H);
    result.unsweptError = result.error;
    result.bytes = std::move(best.bytes);
    progress.at(1);
    return result;
}

} // namespace core
