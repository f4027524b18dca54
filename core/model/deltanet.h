// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/model/deltarule.h"
#include "core/model/layer.h"
#include "core/model/recurrentstate.h"

namespace core {

/// What ssm_out reads in a layer with a gated delta net: `input` (sequences × length, hidden), from
/// attentionInput, through attn_qkv, the convolution and the delta rule of each value head, normed
/// and gated. (sequences × length, values). The state starts at zero with each sequence; with a
/// `state` (may be null), the only sequence goes on from it and moves it on. On all processors, a
/// head of a sequence a task; the same bits for any number of them.
/// Source: Qwen3_5GatedDeltaNet of transformers 5.24, llama.cpp's src/models/qwen35.cpp.
Matrix deltaNetContext(const MatrixView& input, const LayerWeights& weights, int length,
    RecurrentState* state, const Progress& progress);

// Its steps, for the way back:
//   projectDeltaNet → convolveCausally(mixed) → SiLU → bringToLength → deltaRuleInputs of each head

/// What a delta net's matrices make: (tokens, channels) each.
struct DeltaNetParts {
    Matrix mixed; ///< queries, keys and values of all heads
    Matrix gate;
    Matrix alpha, beta; ///< a channel a value head
};
DeltaNetParts projectDeltaNet(
    const MatrixView& input, const LayerWeights& weights, const Progress& progress);
/// deltaNetContext() of what was projected.
Matrix deltaNetOutputs(DeltaNetParts parts, const LayerWeights& weights, int length,
    RecurrentState* state, const Progress& progress);

/// Brings each head of queries and keys to length 1, queries divided by √headDim.
void bringToLength(Matrix& mixed, const DeltaNetSpec& spec);
/// Added to the square of that length: of l2norm in transformers' modeling_qwen3_5.py.
constexpr float unitLengthEpsilon = 1e-6f;

/// Those of one value head of the sequence whose first token is row `start`; views of parts.mixed.
DeltaRuleInputs deltaRuleInputs(const DeltaNetParts& parts, const LayerWeights& weights,
    Eigen::Index start, Eigen::Index length, int head);

} // namespace core
