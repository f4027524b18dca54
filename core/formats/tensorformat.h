// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/closer.h"
#include "core/formats/study.h"

#include <optional>

namespace core {

/// A format as it rounds the rows of one tensor: with the tensor's own scale where all its weights
/// share one, and by the encoder that is asked for. For encoding only: what is stored is in the
/// format itself.
class TensorFormat {
public:
    /// Looks at `weights` only where that is needed; on all processors.
    TensorFormat(const Format& format, const MatrixView& weights, Encoder encoder = Encoder::Ggml);
    TensorFormat(const Format& format, const WeightRange& range);
    TensorFormat(const TensorFormat&) = delete;
    TensorFormat& operator=(const TensorFormat&) = delete;

    const Format& format() const { return m_own ? *m_own : m_format; }

    /// Whether `format` must see the whole tensor before it can round a row.
    static bool needsRange(const Format& format);

private:
    void fit(const WeightRange& range);

    const Format& m_format;
    Study m_study{};
    std::optional<Format> m_own;
};

} // namespace core
