// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/rounding/gptq.h"
#include "core/rounding/spanrefinement.h"
#include "core/rounding/sweeps.h"

#include <functional>
#include <vector>

namespace core {

/// (T−Ŵ) H of a rounded matrix, T (out, in) its target, Ŵ what `bytes` store: what sweeps over it
/// go by, brought up to date span by span.
class ErrorProduct {
public:
    ErrorProduct(const Matrix& T, const GptqFactor& factor, const Format& format,
        const std::vector<std::byte>& bytes, const Progress& progress);

    const std::vector<Span>& spans() const { return m_spans; }
    const Matrix& value() const { return m_value; } ///< (out, in)
    /// `d` (out, span.width) was added to Ŵ there.
    void take(const MatrixView& d, const Span& span, const Progress& progress);

private:
    void add(float sign, const MatrixView& d, const Span& span, const Progress& progress);

    const GptqFactor& m_factor;
    std::vector<Span> m_spans;
    Matrix m_value;
};

/// Refines a span of columns and gives by how much that lowered the error.
using RefineSpan = std::function<double(const Span& span, const Progress& progress)>;

/// Sweeps over all spans at most `sweeps` times, until one gains under a hundredth of what is left
/// of `error`. On the calling thread. Throws Cancelled.
SweepResult sweepSpans(const ErrorProduct& product, int sweeps, double error,
    const RefineSpan& refine, const Progress& progress);

} // namespace core
