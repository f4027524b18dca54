// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/spanrefinement.h"

#include "core/base/blas.h"
#include "core/rounding/gridrounding.h"
#include "core/rounding/inversefactor.h"
#include "core/rounding/spanrounding.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace core {

namespace {

    using Index = Eigen::Index;
    using blas::Side;

    constexpr Index spanWidth = 128; // or a block if it is wider

    Span spanAt(const GptqFactor& factor, Index first, Index width, const Progress& progress)
    {
        const MatrixD H = factor.H.block(first, first, width, width);
        std::optional<Matrix> U = inverseFactor(H, factor.added.segment(first, width), progress);
        assert(U); // a principal part of a positive definite matrix
        Matrix inverse(width, width);
        blas::multiply(Side::Transposed, Side::Plain, width, width, width, 1.0f,
            { U->data(), width }, { U->data(), width }, 0.0f, { inverse.data(), width });
        return { first, width, H.cast<float>(), *std::move(U), std::move(inverse) };
    }

} // namespace

std::vector<Span> spansOf(const GptqFactor& factor, const Format& format, const Progress& progress)
{
    const Index n = factor.H.cols();
    const Index step = std::max<Index>(1, spanWidth / format.blockSize) * Index(format.blockSize);
    std::vector<Span> spans(std::size_t((n + step - 1) / step));
    for (std::size_t i = 0; i < spans.size(); ++i) { // inverseFactor uses all processors
        const Index first = Index(i) * step;
        spans[i] = spanAt(factor, first, std::min(step, n - first), progress.part(0, 0));
    }
    return spans;
}

SpanRefinement::SpanRefinement(const Span& span, const Format& format,
    std::span<const float> importance, std::byte* stored, std::size_t rowBytes, Matrix g)
    : m_span(span)
    , m_format(format)
    , m_importance(importance)
    , m_stored(stored)
    , m_rowBytes(rowBytes)
    , m_g(std::move(g))
    , m_What(m_g.rows(), span.width)
{
    for (Index i = 0; i < m_g.rows(); ++i)
        format.decodeBlocks(
            blockAt(i, 0), std::size_t(span.width / format.blockSize), m_What.row(i).data());
    m_before = m_What;
}

double SpanRefinement::run()
{
    double gain = tryAfresh();
    gain += refitFactors();
    return gain + moveCodes();
}

std::byte* SpanRefinement::blockAt(Index row, Index column) const
{
    return m_stored + std::size_t(row) * m_rowBytes
        + std::size_t(column / m_format.blockSize) * std::size_t(m_format.blockBytes);
}

/// GPTQ of the span alone, the blocks' bytes row by row.
Matrix SpanRefinement::roundedAfresh(std::vector<std::byte>& bytes) const
{
    Matrix w = m_What;
    blas::multiply(Side::Plain, Side::Plain, w.rows(), w.cols(), w.cols(), 1.0f,
        { m_g.data(), m_g.cols() }, { m_span.inverse.data(), w.cols() }, 1.0f,
        { w.data(), w.cols() });
    const std::size_t rowBytes = m_format.rowBytes(std::size_t(w.cols()));
    bytes.resize(std::size_t(w.rows()) * rowBytes);
    Matrix err(w.rows(), w.cols());
    roundSpan(m_format, m_span.U, m_importance, w, err, bytes.data(), rowBytes);
    m_format.decodeBlocks(
        bytes.data(), std::size_t(w.size()) / std::size_t(m_format.blockSize), w.data());
    return w;
}

double SpanRefinement::tryAfresh()
{
    std::vector<std::byte> bytes;
    const Matrix rounded = roundedAfresh(bytes);
    const Matrix d = rounded - m_What;
    const Matrix dH = multiplyTransposed(d, m_span.H); // H is symmetric
    const std::size_t rowBytes = m_format.rowBytes(std::size_t(m_span.width));
    double gain = 0;
    for (Index i = 0; i < d.rows(); ++i) {
        const double change
            = double(dH.row(i).dot(d.row(i))) - 2 * double(m_g.row(i).dot(d.row(i)));
        if (!(change < 0))
            continue;
        gain -= change;
        m_What.row(i) = rounded.row(i);
        m_g.row(i) -= dH.row(i);
        std::memcpy(blockAt(i, 0), bytes.data() + std::size_t(i) * rowBytes, rowBytes);
    }
    return gain;
}

double SpanRefinement::refitFactors()
{
    double gain = 0;
    if (const auto factors = blockFactors(m_format))
        for (Index column = 0; column < m_span.width; column += m_format.blockSize)
            gain += refitBlock(column, *factors);
    return gain;
}

namespace {

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

    /// The best growth of each row's factors in one block; `g` (rows, size) is G there, `offsets`
    /// the part of the weights that grows with the offsets' factor (0 if the format has none),
    /// `steps` the part that grows with the steps'.
    std::vector<Growth> bestGrowths(
        const MatrixView& g, const MatrixView& H, const Matrix& steps, const Matrix& offsets)
    {
        const Matrix sH = multiplyTransposed(steps, H);
        const Matrix oH = multiplyTransposed(offsets, H);
        std::vector<Growth> growths(static_cast<std::size_t>(steps.rows()));
        for (Index i = 0; i < steps.rows(); ++i)
            growths[std::size_t(i)] = bestGrowth(double(g.row(i).dot(steps.row(i))),
                double(g.row(i).dot(offsets.row(i))), double(sH.row(i).dot(steps.row(i))),
                double(sH.row(i).dot(offsets.row(i))), double(oH.row(i).dot(offsets.row(i))));
        return growths;
    }

    /// Stores the block at `stored` with its factors grown. False if that changes no byte.
    bool storeGrown(const std::byte* stored, const Growth& growth, const BlockFactors& factors,
        std::span<std::byte> block)
    {
        std::memcpy(block.data(), stored, block.size());
        storeFactor(
            loadFactor(stored, factors.step) * float(1 + growth.step), block.data(), factors.step);
        if (factors.offset.has_value())
            storeFactor(loadFactor(stored, *factors.offset) * float(1 + growth.offset),
                block.data(), *factors.offset);
        return std::memcmp(block.data(), stored, block.size()) != 0;
    }

} // namespace

double SpanRefinement::refitBlock(Index column, const BlockFactors& factors)
{
    const Index rows = m_g.rows();
    const Index size = m_format.blockSize;
    const Grid& grid = *m_format.grid;
    auto What = m_What.middleCols(column, size);
    const auto g = m_g.middleCols(column, size);
    Matrix offsets(rows, size);
    for (Index i = 0; i < rows; ++i) {
        const BlockScales scales = grid.scales(blockAt(i, column));
        for (Index j = 0; j < size; ++j)
            offsets(i, j) = scales.offset[std::size_t(j / grid.groupSize)];
    }
    const Matrix steps = What - offsets;
    if (!factors.offset.has_value())
        offsets.setZero();
    const auto H = m_span.H.middleRows(column, size);
    const std::vector<Growth> growths = bestGrowths(g, H.middleCols(column, size), steps, offsets);
    const auto blockBytes = std::size_t(m_format.blockBytes);
    std::vector<std::byte> blocks(std::size_t(rows) * blockBytes);
    Matrix d = Matrix::Zero(rows, size);
    for (Index i = 0; i < rows; ++i) {
        const std::span<std::byte> block(blocks.data() + std::size_t(i) * blockBytes, blockBytes);
        if (!storeGrown(blockAt(i, column), growths[std::size_t(i)], factors, block))
            continue;
        m_format.decodeBlocks(block.data(), 1, d.row(i).data());
        d.row(i) -= What.row(i);
        if (!d.row(i).allFinite())
            d.row(i).setZero();
    }
    Matrix dH(rows, m_span.width);
    setProduct(dH, d, H);
    double gain = 0;
    for (Index i = 0; i < rows; ++i) {
        const double change = double(dH.row(i).segment(column, size).dot(d.row(i)))
            - 2 * double(g.row(i).dot(d.row(i)));
        if (!(change < 0))
            continue;
        gain -= change;
        std::byte* stored = blockAt(i, column);
        std::memcpy(stored, blocks.data() + std::size_t(i) * blockBytes, blockBytes);
        m_format.decodeBlocks(stored, 1, What.row(i).data());
        m_g.row(i) -= dH.row(i);
    }
    return gain;
}

double SpanRefinement::moveCodes()
{
    double gain = 0;
    for (Index i = 0; i < m_g.rows(); ++i)
        for (Index column = 0; column < m_span.width; column += m_format.blockSize)
            gain += moveCodes(i, column);
    return gain;
}

/// Moves each code of one block to the level that is best given all others.
double SpanRefinement::moveCodes(Index row, Index column)
{
    const Grid& grid = *m_format.grid;
    std::byte* block = blockAt(row, column);
    const BlockScales scales = grid.scales(block);
    float* What = &m_What(row, column);
    auto g = m_g.row(row);
    std::vector<std::uint8_t> codes(static_cast<std::size_t>(m_format.blockSize));
    double gain = 0;
    for (Index j = 0; j < m_format.blockSize; ++j) {
        const auto group = std::size_t(j / grid.groupSize);
        const float h = m_span.H(column + j, column + j);
        const float wanted = What[j] + (h > 0 ? g(column + j) / h : 0.0f);
        const GridValue value = roundToGrid(grid, scales.step[group], scales.offset[group], wanted);
        const float d = value.value - What[j];
        const double change = double(d) * (double(d) * double(h) - 2 * double(g(column + j)));
        if (!(change < 0)) {
            codes[std::size_t(j)]
                = roundToGrid(grid, scales.step[group], scales.offset[group], What[j]).code;
            continue;
        }
        codes[std::size_t(j)] = value.code;
        What[j] = value.value;
        g -= d * m_span.H.row(column + j);
        gain -= change;
    }
    if (gain > 0)
        grid.storeCodes(codes.data(), block);
    return gain;
}

} // namespace core
