// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/tinymodel.h"

#include "core/base/matrix.h"

#include <vector>

namespace support {

/// What one layer of a ReferenceModel does that others may not.
struct ReferenceLayer {
    int window = 0; ///< keys that a query sees, its own included; 0: all before it
    std::vector<double> angles; ///< a position, of the pairs (i, i + headDim/2); empty: not turned
};

/// A model of Llama's kind, said by hand: what its config.json means by Hugging Face's definition.
struct ReferenceModel {
    int heads = 6, keyHeads = 2, headDim = 16;
    double epsilon = 0.05;
    double magnitude = 1; ///< of sines and cosines
    std::vector<ReferenceLayer> layers;
};

/// The angles of an unscaled rotary embedding: base^(−2i/headDim).
std::vector<double> plainAngles(double base, int headDim);

/// log p of every token after each of `tokens`, by plain loops in double, from the tensors as
/// Hugging Face names and arranges them: RMS norms before each branch, a gated SiLU, biases of q, k
/// and v where there are any, a head of its own. (tokens, vocabulary)
core::MatrixD referenceLogProbabilities(const std::vector<TinyTensor>& tensors,
    const ReferenceModel& model, const std::vector<int>& tokens);

} // namespace support
