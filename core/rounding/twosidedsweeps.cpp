// SPDX-License-Identifier: GPL-3.0-or-later
//
// With D = T − Ŵ and K = A D H, a change δ of row i in span b changes E₂ by
// −2 K_ib·δ + A_ii δ H_bb δᵀ: that is A_ii times what it changes E by (spanrefinement.h) where
// G_ib = K_ib / A_ii. So a row is refined as ever, given that.
#include "core/rounding/twosided.h"

#include "core/base/parallel.h"
#include "core/rounding/errorproduct.h"
#include "core/rounding/parallelproduct.h"

#include <algorithm>
#include <cstring>

namespace core {

namespace {

    using Index = Eigen::Index;
    using blas::Side;

    using namespace twosided;

    class TwoSidedMatrix {
    public:
        TwoSidedMatrix(const Matrix& T, const GptqFactor& factor, const OutputFactor& outputs,
            const Format& format, std::vector<std::byte>& bytes, const Progress& progress)
            : m_factor(factor)
            , m_outputs(outputs)
            , m_format(format)
            , m_bytes(bytes)
            , m_rowBytes(format.rowBytes(std::size_t(T.cols())))
            , m_DH(T, factor, format, bytes, progress)
        {
        }
        const ErrorProduct& product() const { return m_DH; }

        double refine(const Span& span, const Progress& progress)
        {
            Rows work{ span, {}, Matrix::Zero(m_DH.value().rows(), span.width), {} };
            double gain = 0;
            for (const auto& block : m_outputs.blocks)
                gain += refineBlock(work, block, progress);
            m_DH.take(work.d, span, progress);
            return gain;
        }

    private:
        /// Some rows of a span.
        struct Rows {
            const Span& span;
            Matrix K; ///< (block's rows, width)
            Matrix d; ///< (all rows, width): what was added to Ŵ
            Matrix dH; ///< (block's rows, width): of the span, d H_bb
        };

        double refineBlock(Rows& work, const OutputFactor::Block& block, const Progress& progress)
        {
            const Matrix& A = block.A;
            const Index all = A.rows(), width = work.span.width;
            work.K.resize(all, width);
            work.dH.setZero(all, width);
            multiplyInParallel(1.0f, A,
                m_DH.value().block(block.first, work.span.first, all, width), Side::Plain, 0.0f,
                work.K, progress);
            double gain = 0;
            for (Index panel = 0; panel < all; panel += panelRows) {
                progress.checkCancelled();
                const Index end = std::min(all, panel + panelRows);
                for (Index row = panel; row < end; row += rowsAtATime) {
                    const Index rows = std::min(rowsAtATime, end - row), next = row + rows;
                    gain += refineRows(work, block, row, rows);
                    if (next < end) {
                        const Matrix a = A.block(next, row, end - next, rows);
                        const Matrix dH = work.dH.middleRows(row, rows);
                        Matrix change(end - next, width);
                        setProduct(change, a, dH);
                        work.K.middleRows(next, end - next) -= change;
                    }
                }
                if (end < all)
                    multiplyInParallel(-1.0f, A.block(end, panel, all - end, end - panel),
                        work.dH.middleRows(panel, end - panel), Side::Plain, 1.0f,
                        work.K.middleRows(end, all - end), progress);
            }
            return gain;
        }

        /// Refines rows row … of the block, all given the same others; then takes those changes,
        /// one row after the other, that lower E₂ still.
        double refineRows(Rows& work, const OutputFactor::Block& block, Index row, Index rows)
        {
            const Span& span = work.span;
            std::byte* stored = m_bytes.data() + std::size_t(block.first + row) * m_rowBytes
                + m_format.rowBytes(std::size_t(span.first));
            const std::size_t spanBytes = m_format.rowBytes(std::size_t(span.width));
            std::vector<std::byte> before(std::size_t(rows) * spanBytes);
            for (Index i = 0; i < rows; ++i)
                std::memcpy(before.data() + std::size_t(i) * spanBytes,
                    stored + std::size_t(i) * m_rowBytes, spanBytes);
            Matrix d = tried(work, block, row, rows, stored);
            Matrix dH = multiplyTransposed(d, span.H); // H is symmetric
            double gain = 0;
            for (Index i = 0; i < rows; ++i) {
                const double change
                    = double(block.A(row + i, row + i)) * double(dH.row(i).dot(d.row(i)))
                    - 2 * double(work.K.row(row + i).dot(d.row(i)));
                if (!(change < 0)) {
                    std::memcpy(stored + std::size_t(i) * m_rowBytes,
                        before.data() + std::size_t(i) * spanBytes, spanBytes);
                    d.row(i).setZero();
                    dH.row(i).setZero();
                    continue;
                }
                gain -= change;
                for (Index j = i + 1; j < rows; ++j)
                    work.K.row(row + j) -= block.A(row + j, row + i) * dH.row(i);
            }
            work.d.middleRows(block.first + row, rows) = d;
            work.dH.middleRows(row, rows) = dH;
            return gain;
        }

        /// Refines rows row … of the block, whose bytes are at `stored`, each as if all others
        /// stayed as they are. What was added to them.
        Matrix tried(const Rows& work, const OutputFactor::Block& block, Index row, Index rows,
            std::byte* stored) const
        {
            const Span& span = work.span;
            const auto importance = std::span(m_factor.importance)
                                        .subspan(std::size_t(span.first), std::size_t(span.width));
            Matrix d(rows, span.width);
            parallelFor(std::size_t((rows + rowsATask - 1) / rowsATask), [&](std::size_t task) {
                const Index from = Index(task) * rowsATask;
                const Index count = std::min(rowsATask, rows - from);
                Matrix g = work.K.middleRows(row + from, count);
                for (Index i = 0; i < count; ++i)
                    g.row(i) /= block.A(row + from + i, row + from + i);
                SpanRefinement refinement(span, m_format, importance,
                    stored + std::size_t(from) * m_rowBytes, m_rowBytes, std::move(g));
                refinement.run();
                d.middleRows(from, count) = refinement.change();
            });
            return d;
        }

        const GptqFactor& m_factor;
        const OutputFactor& m_outputs;
        const Format& m_format;
        std::vector<std::byte>& m_bytes;
        std::size_t m_rowBytes;
        ErrorProduct m_DH;
    };

} // namespace

SweepResult sweepTwoSided(const Matrix& T, const GptqFactor& factor, const OutputFactor& outputs,
    const Format& format, int sweeps, double error, std::vector<std::byte>& bytes,
    const Progress& progress)
{
    if (sweeps == 0 || !format.grid || format.study)
        return {};
    const double share = 1.0 / double(sweeps + 1); // computing D H takes as long as a sweep
    TwoSidedMatrix matrix(T, factor, outputs, format, bytes, progress.part(0, share));
    return sweepSpans(
        matrix.product(), sweeps, error,
        [&](const Span& span, const Progress& part) { return matrix.refine(span, part); },
        progress.part(share, 1));
}

} // namespace core
