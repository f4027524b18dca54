// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/walk.h"
#include "core/quant/quantize.h"
#include "core/quant/tensorrounding.h"

namespace core {

/// What stays the same for all layers of a run.
struct LayerRounding {
    const Checkpoint& checkpoint;
    const std::vector<PlannedTensor>& plan; ///< of all its tensors
    const Importance& importance; ///< of every tensor whose method is Importance
    const GptqOptions& gptq;
    const TensorDone& tensorDone;
};

/// Rounds one layer and moves `hidden` through it as rounded: q, k, v, then attn_output on the
/// context that these make, then gate and up, then ffn_down, each with inputs recomputed through
/// what is already rounded. A Hessian is gathered only for inputs that a tensor with GPTQ reads.
/// Beside the layer's weights it holds the heads' outputs of all tokens, the feed-forward's too if
/// they take under 512 MiB (else they are computed twice), and one Hessian at a time.
/// Throws Error for a weight that is not finite, Cancelled.
RoundedPart roundLayer(
    const LayerRounding& run, int layer, HiddenStates& hidden, const Progress& progress);

/// The same without `hidden`, for a recipe without GPTQ.
RoundedPart roundLayerAlone(const LayerRounding& run, int layer, const Progress& progress);

} // namespace core
