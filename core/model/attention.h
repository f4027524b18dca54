// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer.h"

#include <vector>

namespace core {

// Attention in the steps between which keys and values can be kept:
//   input → attentionHeads → (keys and values of earlier tokens) → attended.

/// Where rows stand in their sequences: row i at `first` + i mod `count`.
struct Positions {
    int first = 0;
    int count = 0;
    int end() const { return first + count; }
};

/// Queries, keys and values of some tokens, (tokens, heads × headDim).
struct AttentionHeads {
    Matrix q, k, v;
    Matrix gate; ///< of the heads' outputs, as wide as q; empty: none
};

/// The matrices that make the heads of a layer, in the order of their products.
std::vector<Role> headRoles(const AttentionSpec& spec);

/// Heads of the `products` of headRoles' matrices, (tokens, outputs): biases added, the gate taken
/// out of what attn_q made, nothing normed or turned. Keys of another layer stay empty.
AttentionHeads projectedHeads(std::vector<Matrix> products, const LayerWeights& weights);

/// Norms, turns and scales projectedHeads, in place.
void finishHeads(AttentionHeads& heads, const LayerWeights& weights, Positions positions);

/// What the rows of `input` (from attentionInput), whole sequences of `length` tokens, attend with;
/// `beside`: where keys are shared. Requires: a layer that attends, without latents.
AttentionHeads attentionHeads(const MatrixView& input, const LayerWeights& weights, int length,
    const Progress& progress, const BesideTile& beside = {});

/// What the heads make of the keys before each query: attentionContext's result.
Matrix attended(
    const AttentionHeads& heads, const LayerWeights& weights, int length, const Progress& progress);

/// By how much a query at `position` is multiplied: 1 + temperature · ln(1 + ⌊position / span⌋)
/// (Llama 4's scaling); 1 where there is no temperature.
float queryScale(const AttentionSpec& spec, Eigen::Index position);

/// context ∘ σ(gate), where there is one.
void applyGate(Matrix& context, const Matrix& gate);

/// The scores q · k of one query over the `count` keys that it sees become their weights. `sink`:
/// one more logit, of a key without a value; null: none. Pure.
void weighScores(float* scores, Eigen::Index count, const AttentionSpec& spec, const float* sink);

} // namespace core
