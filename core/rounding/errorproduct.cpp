// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/errorproduct.h"

#include "core/base/parallel.h"
#include "core/rounding/encode.h"
#include "core/rounding/parallelproduct.h"

#include <algorithm>

namespace core {

namespace {

    using Index = Eigen::Index;

    constexpr double enough = 0.01; // a sweep that gains less of the error is the last

} // namespace

ErrorProduct::ErrorProduct(const Matrix& T, const GptqFactor& factor, const Format& format,
    const std::vector<std::byte>& bytes, const Progress& progress)
    : m_factor(factor)
    , m_spans(spansOf(factor, format, progress.part(0, 0)))
    , m_value(Matrix::Zero(T.rows(), T.cols()))
{
    const Matrix D = lackOf(bytes, format, T);
    for (const Span& span : m_spans)
        add(1.0f, D.middleCols(span.first, span.width), span, progress.part(0, 0));
}

void ErrorProduct::take(const MatrixView& d, const Span& span, const Progress& progress)
{
    add(-1.0f, d, span, progress);
}

/// value += sign · d · H[span, :].
void ErrorProduct::add(float sign, const MatrixView& d, const Span& span, const Progress& progress)
{
    constexpr Index step = 2048; // columns a task
    const Index n = m_factor.H.cols();
    Matrix h(span.width, n);
    parallelFor(std::size_t((n + step - 1) / step), [&](std::size_t task) {
        const Index column = Index(task) * step;
        m_factor.H.copyFloats(span.first, column, h.middleCols(column, std::min(step, n - column)));
    });
    multiplyInParallel(sign, d, h, blas::Side::Plain, 1.0f, m_value, progress);
}

SweepResult sweepSpans(const ErrorProduct& product, int sweeps, double error,
    const RefineSpan& refine, const Progress& progress)
{
    SweepResult result;
    while (result.sweeps < sweeps) {
        const Progress part = progress.part(
            double(result.sweeps) / double(sweeps), double(result.sweeps + 1) / double(sweeps));
        double gain = 0;
        for (const Span& span : product.spans()) {
            part.at(double(span.first) / double(product.value().cols()));
            gain += refine(span, part.part(0, 0));
        }
        result.gain += gain;
        ++result.sweeps;
        if (gain < enough * (error - result.gain))
            break;
    }
    return result;
}

} // namespace core
