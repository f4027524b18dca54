// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/model/checkpoint.h"

#include <cstdint>
#include <string>
#include <vector>

namespace core {

/// How far one tensor of a model is from the original's.
struct TensorDifference {
    std::string name; ///< GGUF's
    std::string storedAs; ///< in the model: "Q4_K"
    std::uint64_t bytes = 0; ///< in the model
    double error2 = 0; ///< Σ (ŵ − w)²
    double weight2 = 0; ///< Σ w², w the original's

    double relativeError() const; ///< ‖ŵ − w‖ / ‖w‖; infinite where only w is 0
};

struct TensorDifferences {
    std::vector<TensorDifference> tensors; ///< of both, in the original's order
    std::vector<std::string> missing; ///< in the model
    std::vector<std::string> added; ///< in the model and not in the original

    double relativeError() const; ///< over all weights
};

/// Holds every tensor of `model` against the original's weight by weight, whatever the formats; the
/// rows of queries and keys in the order in which the other has them. No text and no walk. On all
/// processors, the same bits for any number. Throws Error for tensors of other shapes, a file that
/// was changed, Cancelled.
TensorDifferences tensorDifferences(
    const Checkpoint& model, const Checkpoint& original, const Progress& progress);

} // namespace core
