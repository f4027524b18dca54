// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/quant/runshape.h"

#include <map>

namespace core {

/// How fast this machine does what a run consists of, on all processors.
struct RoundingSpeed {
    /// A way to round weights, as far as its speed depends on it.
    struct Way {
        const Format* format = nullptr;
        Method method = Method::RoundToNearest;
        Encoder encoder = Encoder::Ggml;
        auto operator<=>(const Way&) const = default;
    };
    /// Weights a second.
    struct Weights {
        double rounded = 2e7; ///< by the way's encoder, or by GPTQ without what it multiplies
        double swept = 1e7; ///< by one of GPTQ's sweeps, the same
        double encoded = 2e7; ///< by importance, which GPTQ is compared with
    };

    double products = 1e11; ///< operations a second of float products, an addition counted as one
    double values = 5e8; ///< values a second that pass a norm, an activation, a softmax
    double decoded = 5e8; ///< weights a second that become floats
    std::map<Way, Weights> weights; ///< of what was not measured: the defaults

    Weights of(const PlannedTensor& planned) const;
};

/// Tries every way of `shape` on a small matrix: some 20 ms for each, 100 ms in all for most
/// recipes. Throws Cancelled.
RoundingSpeed measureSpeed(const RunShape& shape, const Progress& progress);

} // namespace core
