// SPDX-License-Identifier: GPL-3.0-or-later
//
// Symbols: T the target, Ŵ what is stored (below "What"), H the Hessian, G = (T−Ŵ) H: half of what
// E falls by for each unit that a weight grows.
#include "core/rounding/sweeps.h"

#include "core/base/parallel.h"
#include "core/rounding/encode.h"
#include "core/rounding/gridrounding.h"
#include "core/rounding/parallelproduct.h"
#include "core/rounding/spanrefinement.h"

#include <algorithm>

namespace core {

namespace {

    using Index = Eigen::Index;

    constexpr double enough = 0.01; // a sweep that gains less of E is the last

    /// One matrix whose stored blocks are refined.
    class SweptMatrix {
    public:
        SweptMatrix(const Matrix& T, const GptqFactor& factor, const Format& format,
            std::vector<std::byte>& bytes, const Progress& progress)
            : m_factor(factor)
            , m_format(format)
            , m_bytes(bytes)
            , m_spans(spansOf(factor, format, progress.part(0, 0)))
            , m_G(Matrix::Zero(T.rows(), T.cols()))
        {
            const Matrix D = T - decodeMatrix(bytes, format, T.rows(), T.cols());
            for (const Span& span : m_spans)
                addProduct(D.middleCols(span.first, span.width), span, 1.0f, progress.part(0, 0));
        }

        /// Refines every span once. Returns by how much E fell.
        double sweep(const Progress& progress)
        {
            double gain = 0;
            for (const Span& span : m_spans) {
                progress.at(double(span.first) / double(m_G.cols()));
                gain += refine(span, progress.part(0, 0));
            }
            return gain;
        }

    private:
        double refine(const Span& span, const Progress& progress)
        {
            const Index tileRows = tileRowsOf(m_G.rows());
            std::vector<double> gains(std::size_t((m_G.rows() + tileRows - 1) / tileRows));
            Matrix d(m_G.rows(), span.width);
            parallelFor(gains.size(), [&](std::size_t task) {
                progress.checkCancelled();
                const Index first = Index(task) * tileRows;
                const Index rows = std::min(tileRows, m_G.rows() - first);
                const std::size_t rowBytes = m_format.rowBytes(std::size_t(m_G.cols()));
                std::byte* stored = m_bytes.data() + std::size_t(first) * rowBytes
                    + m_format.rowBytes(std::size_t(span.first));
                SpanRefinement rowsOfSpan(span, m_format,
                    std::span(m_factor.importance)
                        .subspan(std::size_t(span.first), std::size_t(span.width)),
                    stored, rowBytes, m_G.block(first, span.first, rows, span.width));
                gains[task] = rowsOfSpan.run();
                d.middleRows(first, rows) = rowsOfSpan.change();
            });
            addProduct(d, span, -1.0f, progress);
            double gain = 0;
            for (const double tileGain : gains)
                gain += tileGain;
            return gain;
        }

        /// G += sign · d · H[span, :].
        void addProduct(const MatrixView& d, const Span& span, float sign, const Progress& progress)
        {
            const Matrix h = m_factor.H.middleRows(span.first, span.width).cast<float>();
            multiplyInParallel(sign, d, h, blas::Side::Plain, 1.0f, m_G, progress);
        }

        const GptqFactor& m_factor;
        const Format& m_format;
        std::vector<std::byte>& m_bytes;
        std::vector<Span> m_spans;
        Matrix m_G;
    };

} // namespace

SweepResult sweepRounded(const Matrix& T, const GptqFactor& factor, const Format& format,
    int sweeps, double error, std::vector<std::byte>& bytes, const Progress& progress)
{
    SweepResult result;
    if (sweeps == 0 || !format.grid || format.study)
        return result;
    const double share = 1.0 / double(sweeps + 1); // computing G takes as long as a sweep
    SweptMatrix matrix(T, factor, format, bytes, progress.part(0, share));
    while (result.sweeps < sweeps) {
        const double start = double(result.sweeps + 1) * share;
        const double gain = matrix.sweep(progress.part(start, start + share));
        result.gain += gain;
        ++result.sweeps;
        if (gain < enough * (error - result.gain))
            break;
    }
    return result;
}

} // namespace core
