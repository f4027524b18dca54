// SPDX-License-Identifier: GPL-3.0-or-later
//
// Symbols: T the target, Ŵ what is stored (below "What"), H the Hessian, G = (T−Ŵ) H: half of what
// E falls by for each unit that a weight grows. A change δ of a row's weights in a span b changes E
// by −2 G_b·δ + δ H_bb δᵀ.
#include "core/quant/sweeps.h"

#include "core/base/parallel.h"
#include "core/formats/factors.h"
#include "core/quant/blas.h"
#include "core/quant/gridrounding.h"
#include "core/quant/inversefactor.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

namespace core {

namespace {

    using Index = Eigen::Index;
    using blas::Side;

    constexpr Index spanWidth = 128; // columns that are fitted together, or a block if it is wider
    constexpr double enough = 0.01; // a sweep that gains less of E is the last

    /// Columns that are fitted together, and what their rows share.
    struct Span {
        Index first, width;
        Matrix H; ///< (width, width)
        Matrix U; ///< upper triangular, (H + damping)⁻¹ = Uᵀ U
    };

    Span spanAt(const GptqFactor& factor, Index first, Index width, const Progress& progress)
    {
        const MatrixD H = factor.H.block(first, first, width, width);
        auto U = inverseFactor(H, factor.added.segment(first, width), progress);
        assert(U); // a principal part of a positive definite matrix
        return { first, width, H.cast<float>(), *std::move(U) };
    }

    std::vector<Span> spansOf(
        const GptqFactor& factor, const Format& format, const Progress& progress)
    {
        const Index n = factor.H.cols();
        const Index step
            = std::max<Index>(1, spanWidth / format.blockSize) * Index(format.blockSize);
        std::vector<Span> spans(std::size_t((n + step - 1) / step));
        for (std::size_t i = 0; i < spans.size(); ++i) { // inverseFactor uses all processors
            const Index first = Index(i) * step;
            spans[i] = spanAt(factor, first, std::min(step, n - first), progress.part(0, 0));
        }
        return spans;
    }

    /// What all tiles share.
    struct Sweep {
        const Matrix& T;
        const GptqFactor& factor;
        const Format& format;
        const std::vector<Span>& spans;
        std::vector<std::byte>& bytes;

        std::byte* blockAt(Index row, Index column) const
        {
            return bytes.data() + std::size_t(row) * format.rowBytes(std::size_t(T.cols()))
                + std::size_t(column / format.blockSize) * std::size_t(format.blockBytes);
        }
    };

    /// Some rows of one matrix on their way through a sweep.
    class SweptTile {
    public:
        SweptTile(const Sweep& sweep, Index first, Index rows)
            : m_sweep(sweep)
            , m_first(first)
            , m_rows(rows)
            , m_What(rows, sweep.T.cols())
            , m_G(rows, sweep.T.cols())
        {
            for (Index i = 0; i < rows; ++i)
                sweep.format.decodeBlocks(sweep.blockAt(first + i, 0),
                    std::size_t(sweep.T.cols() / sweep.format.blockSize), m_What.row(i).data());
            const Matrix D = sweep.T.middleRows(first, rows) - m_What;
            m_G.setZero();
            for (const Span& span : sweep.spans)
                addProduct(D.middleCols(span.first, span.width), span, 1.0f);
        }

        /// Returns by how much E fell.
        double run(const Progress& progress)
        {
            double gain = 0;
            for (const Span& span : m_sweep.spans) {
                progress.checkCancelled();
                gain += refine(span);
            }
            return gain;
        }

    private:
        /// G += sign · d · H[span, :].
        void addProduct(const Matrix& d, const Span& span, float sign)
        {
            const Matrix h = m_sweep.factor.H.middleRows(span.first, span.width).cast<float>();
            blas::multiply(Side::Plain, Side::Plain, m_rows, m_G.cols(), span.width, sign,
                { d.data(), d.cols() }, { h.data(), h.cols() }, 1.0f, { m_G.data(), m_G.cols() });
        }

        double refine(const Span& span)
        {
            const Matrix before = m_What.middleCols(span.first, span.width);
            const Matrix gBefore = m_G.middleCols(span.first, span.width);
            double gain = tryAfresh(span);
            gain += refitFactors(span);
            gain += moveCodes(span);
            const Matrix d = m_What.middleCols(span.first, span.width) - before;
            m_G.middleCols(span.first, span.width) = gBefore;
            if (!d.isZero(0))
                addProduct(d, span, -1.0f);
            return gain;
        }

        double tryAfresh(const Span& span);
        Matrix roundedAfresh(const Span& span, Matrix w, std::vector<std::byte>& bytes) const;
        double refitFactors(const Span& span);
        double refitBlock(const Span& span, Index column, const BlockFactors& factors);
        double moveCodes(const Span& span);
        double moveCodes(const Span& span, Index row, Index column);

        const Sweep& m_sweep;
        Index m_first, m_rows;
        Matrix m_What, m_G;
    };

    /// GPTQ of `w` (rows, width) alone, the blocks' bytes row by row.
    Matrix SweptTile::roundedAfresh(const Span& span, Matrix w, std::vector<std::byte>& bytes) const
    {
        const Format& format = m_sweep.format;
        const Grid& grid = *format.grid;
        const Index size = format.blockSize;
        const std::size_t rowBytes = format.rowBytes(std::size_t(span.width));
        bytes.resize(std::size_t(m_rows) * rowBytes);
        Matrix rounded(m_rows, span.width);
        std::vector<std::uint8_t> codes(static_cast<std::size_t>(size));
        for (Index i = 0; i < m_rows; ++i) {
            std::byte* block = bytes.data() + std::size_t(i) * rowBytes;
            for (Index first = 0; first < span.width; first += size, block += format.blockBytes) {
                format.encodeRow(&w(i, first), std::size_t(size),
                    m_sweep.factor.importance.data() + span.first + first, block);
                const BlockScales scales = grid.scales(block);
                for (Index j = first; j < first + size; ++j) {
                    const auto group = std::size_t((j - first) / grid.groupSize);
                    const GridValue value
                        = roundToGrid(grid, scales.step[group], scales.offset[group], w(i, j));
                    codes[std::size_t(j - first)] = value.code;
                    rounded(i, j) = value.value;
                    const float err = (w(i, j) - value.value) / span.U(j, j);
                    const Index rest = span.width - j - 1;
                    w.row(i).tail(rest) -= err * span.U.row(j).tail(rest);
                }
                grid.storeCodes(codes.data(), block);
            }
        }
        return rounded;
    }

    double SweptTile::tryAfresh(const Span& span)
    {
        auto old = m_What.middleCols(span.first, span.width);
        auto g = m_G.middleCols(span.first, span.width);
        const Matrix half = g * span.U.transpose();
        Matrix best = old + half * span.U;
        std::vector<std::byte> bytes;
        const Matrix rounded = roundedAfresh(span, std::move(best), bytes);
        const Matrix d = rounded - old;
        const Matrix dH = d * span.H;
        const std::size_t rowBytes = m_sweep.format.rowBytes(std::size_t(span.width));
        double gain = 0;
        for (Index i = 0; i < m_rows; ++i) {
            const double change
                = double(dH.row(i).dot(d.row(i))) - 2 * double(g.row(i).dot(d.row(i)));
            if (!(change < 0))
                continue;
            gain -= change;
            old.row(i) = rounded.row(i);
            g.row(i) -= dH.row(i);
            std::memcpy(m_sweep.blockAt(m_first + i, span.first),
                bytes.data() + std::size_t(i) * rowBytes, rowBytes);
        }
        return gain;
    }

    double SweptTile::refitFactors(const Span& span)
    {
        double gain = 0;
        if (const auto factors = blockFactors(m_sweep.format))
            for (Index column = 0; column < span.width; column += m_sweep.format.blockSize)
                gain += refitBlock(span, column, *factors);
        return gain;
    }

    /// How much the factors of a block should grow, as shares of themselves.
    struct Growth {
        double step = 0, offset = 0;
    };

    /// Minimises −2 (x p + y q) + x² pp + 2 x y pq + y² qq.
    Growth bestGrowth(double p, double q, double pp, double pq, double qq)
    {
        const double determinant = pp * qq - pq * pq;
        if (qq > 0 && determinant > 1e-6 * pp * qq)
            return { (p * qq - q * pq) / determinant, (q * pp - p * pq) / determinant };
        return { pp > 0 ? p / pp : 0.0, 0.0 };
    }

    double SweptTile::refitBlock(const Span& span, Index column, const BlockFactors& factors)
    {
        const Format& format = m_sweep.format;
        const Grid& grid = *format.grid;
        const Index size = format.blockSize;
        const auto H = span.H.block(column, column, size, size);
        auto What = m_What.middleCols(span.first + column, size);
        auto g = m_G.middleCols(span.first, span.width);
        Matrix offsets(m_rows, size);
        for (Index i = 0; i < m_rows; ++i) {
            const BlockScales scales
                = grid.scales(m_sweep.blockAt(m_first + i, span.first + column));
            for (Index j = 0; j < size; ++j)
                offsets(i, j) = scales.offset[std::size_t(j / grid.groupSize)];
        }
        const Matrix steps = What - offsets; // the part that grows with the steps' factor
        const Matrix sH = steps * H;
        const Matrix oH
            = factors.offset.has_value() ? Matrix(offsets * H) : Matrix::Zero(m_rows, size);
        const bool hasOffsets = factors.offset.has_value();
        double gain = 0;
        std::vector<std::byte> block(std::size_t(format.blockBytes));
        Eigen::RowVectorXf values(size);
        for (Index i = 0; i < m_rows; ++i) {
            const auto gi = g.row(i).segment(column, size);
            const Growth growth = bestGrowth(double(gi.dot(steps.row(i))),
                hasOffsets ? double(gi.dot(offsets.row(i))) : 0.0,
                double(sH.row(i).dot(steps.row(i))),
                hasOffsets ? double(sH.row(i).dot(offsets.row(i))) : 0.0,
                hasOffsets ? double(oH.row(i).dot(offsets.row(i))) : 0.0);
            std::byte* stored = m_sweep.blockAt(m_first + i, span.first + column);
            std::memcpy(block.data(), stored, block.size());
            storeFactor(loadFactor(stored, factors.step) * float(1 + growth.step), block.data(),
                factors.step);
            if (hasOffsets)
                storeFactor(loadFactor(stored, *factors.offset) * float(1 + growth.offset),
                    block.data(), *factors.offset);
            if (std::memcmp(block.data(), stored, block.size()) == 0)
                continue;
            format.decodeBlocks(block.data(), 1, values.data());
            const Eigen::RowVectorXf d = values - What.row(i);
            const Eigen::RowVectorXf dH = d * span.H.middleRows(column, size);
            const double change = double(dH.segment(column, size).dot(d)) - 2 * double(gi.dot(d));
            if (!(change < 0) || !values.allFinite())
                continue;
            gain -= change;
            What.row(i) = values;
            g.row(i) -= dH;
            std::memcpy(stored, block.data(), block.size());
        }
        return gain;
    }

    double SweptTile::moveCodes(const Span& span)
    {
        double gain = 0;
        for (Index i = 0; i < m_rows; ++i)
            for (Index column = 0; column < span.width; column += m_sweep.format.blockSize)
                gain += moveCodes(span, i, column);
        return gain;
    }

    /// Moves each code of one block to the level that is best given all others.
    double SweptTile::moveCodes(const Span& span, Index row, Index column)
    {
        const Format& format = m_sweep.format;
        const Grid& grid = *format.grid;
        std::byte* block = m_sweep.blockAt(m_first + row, span.first + column);
        const BlockScales scales = grid.scales(block);
        float* What = &m_What(row, span.first + column);
        auto g = m_G.row(row).segment(span.first, span.width);
        std::vector<std::uint8_t> codes(static_cast<std::size_t>(format.blockSize));
        double gain = 0;
        for (Index j = 0; j < format.blockSize; ++j) {
            const auto group = std::size_t(j / grid.groupSize);
            const float h = span.H(column + j, column + j);
            const float wanted = What[j] + (h > 0 ? g(column + j) / h : 0.0f);
            const GridValue value
                = roundToGrid(grid, scales.step[group], scales.offset[group], wanted);
            const float d = value.value - What[j];
            const double change = double(d) * (double(d) * double(h) - 2 * double(g(column + j)));
            if (!(change < 0)) {
                codes[std::size_t(j)]
                    = roundToGrid(grid, scales.step[group], scales.offset[group], What[j]).code;
                continue;
            }
            codes[std::size_t(j)] = value.code;
            What[j] = value.value;
            g -= d * span.H.row(column + j);
            gain -= change;
        }
        if (gain > 0)
            grid.storeCodes(codes.data(), block);
        return gain;
    }

} // namespace

SweepResult sweepRounded(const Matrix& T, const GptqFactor& factor, const Format& format,
    int sweeps, double error, std::vector<std::byte>& bytes, const Progress& progress)
{
    SweepResult result;
    if (sweeps == 0 || !format.grid || format.study)
        return result;
    const std::vector<Span> spans = spansOf(factor, format, progress);
    const Sweep sweep{ T, factor, format, spans, bytes };
    const Index sweptRows = tileRowsOf(T.rows());
    const Index tiles = (T.rows() + sweptRows - 1) / sweptRows;
    std::vector<double> gains(static_cast<std::size_t>(tiles));
    while (result.sweeps < sweeps) {
        progress.at(double(result.sweeps) / double(sweeps));
        parallelFor(std::size_t(tiles), [&](std::size_t task) {
            const Index first = Index(task) * sweptRows;
            SweptTile tile(sweep, first, std::min(sweptRows, T.rows() - first));
            gains[task] = tile.run(progress);
        });
        double gain = 0;
        for (const double tileGain : gains)
            gain += tileGain;
        result.gain += gain;
        ++result.sweeps;
        if (gain < enough * (error - result.gain))
            break;
    }
    return result;
}

} // namespace core
