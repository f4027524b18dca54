// SPDX-License-Identifier: GPL-3.0-or-later
//
// Symbols: T the target, Ŵ what is stored (below "What"), H the Hessian, G = (T−Ŵ) H: half of what
// E falls by for each unit that a weight grows.
#include "core/rounding/sweeps.h"

#include "core/base/parallel.h"
#include "core/rounding/errorproduct.h"
#include "core/rounding/gridrounding.h"

#include <algorithm>

namespace core {

namespace {

    using Index = Eigen::Index;

    /// One matrix whose stored blocks are refined.
    class SweptMatrix {
    public:
        SweptMatrix(const Matrix& T, const GptqFactor& factor, const Format& format,
            std::vector<std::byte>& bytes, const Progress& progress)
            : m_factor(factor)
            , m_format(format)
            , m_bytes(bytes)
            , m_G(T, factor, format, bytes, progress)
        {
        }
        const ErrorProduct& product() const { return m_G; }

        double refine(const Span& span, const Progress& progress)
        {
            const Matrix& G = m_G.value();
            const Index tileRows = tileRowsOf(G.rows());
            std::vector<double> gains(std::size_t((G.rows() + tileRows - 1) / tileRows));
            Matrix d(G.rows(), span.width);
            parallelFor(gains.size(), [&](std::size_t task) {
                progress.checkCancelled();
                const Index first = Index(task) * tileRows;
                const Index rows = std::min(tileRows, G.rows() - first);
                const std::size_t rowBytes = m_format.rowBytes(std::size_t(G.cols()));
                std::byte* stored = m_bytes.data() + std::size_t(first) * rowBytes
                    + m_format.rowBytes(std::size_t(span.first));
                SpanRefinement rowsOfSpan(span, m_format,
                    std::span(m_factor.importance)
                        .subspan(std::size_t(span.first), std::size_t(span.width)),
                    stored, rowBytes, G.block(first, span.first, rows, span.width));
                gains[task] = rowsOfSpan.run();
                d.middleRows(first, rows) = rowsOfSpan.change();
            });
            m_G.take(d, span, progress);
            double gain = 0;
            for (const double tileGain : gains)
                gain += tileGain;
            return gain;
        }

    private:
        const GptqFactor& m_factor;
        const Format& m_format;
        std::vector<std::byte>& m_bytes;
        ErrorProduct m_G;
    };

} // namespace

SweepResult sweepRounded(const Matrix& T, const GptqFactor& factor, const Format& format,
    int sweeps, double error, std::vector<std::byte>& bytes, const Progress& progress)
{
    if (sweeps == 0 || !format.grid || format.study)
        return {};
    const double share = 1.0 / double(sweeps + 1); // computing G takes as long as a sweep
    SweptMatrix matrix(T, factor, format, bytes, progress.part(0, share));
    return sweepSpans(
        matrix.product(), sweeps, error,
        [&](const Span& span, const Progress& part) { return matrix.refine(span, part); },
        progress.part(share, 1));
}

} // namespace core
