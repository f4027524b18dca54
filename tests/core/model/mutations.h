// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"
#include "core/model/layer.h"

#include <functional>
#include <string>
#include <vector>

namespace support {

/// A model in pieces that can be changed: its layers in floats, what lies outside them, its shape.
struct Dissected {
    core::ModelConfig config;
    std::vector<core::Tensor> outside; ///< tensors outside the layers
    std::vector<core::LayerWeights> layers;
};
Dissected dissect(const core::Checkpoint& checkpoint);

/// log p of every token after each of `tokens`: (tokens, vocabulary).
core::Matrix logProbabilities(const Dissected& model, const std::vector<int>& tokens);

/// One property of a model, and how to take it away or turn it into another.
struct Mutation {
    std::string name;
    std::function<bool(Dissected&)> apply; ///< false: the model has no such property
    int length = 64; ///< tokens of the text on which it shows
};

/// Of what LayerSpec, its parts and ModelConfig say. A property that is added to LayerSpec does
/// not compile here until it has a mutation.
std::vector<Mutation> wiringMutations();
/// Each vector of `checkpoint` taken for none: biases left out, norms set to ones.
std::vector<Mutation> vectorMutations(const core::Checkpoint& checkpoint);

} // namespace support
