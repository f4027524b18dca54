// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/walk.h"
#include "core/quant/layerscaling.h"
#include "core/quant/outputhessians.h"
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
    TokenRoom room; ///< of activations of all tokens
    const OutputHessians& outputs; ///< of the matrices that are rounded two-sidedly
};

/// The hidden states of all calibration sequences before a layer.
struct LayerPaths {
    HiddenStates& rounded; ///< of the model as rounded so far
    HiddenStates* reference; ///< of the original model; null: targets are not corrected
};

/// Rounds one layer and moves both paths through it: q, k, v, then attn_output on the context that
/// these make, then gate and up, then ffn_down, each with inputs recomputed through what is already
/// rounded. A Hessian is gathered only for inputs that a tensor with GPTQ reads. With a reference,
/// each tensor aims at the reference's outputs; attn_output and ffn_down also at taking up
/// `driftShare` of what the residual streams differ by before their addition.
/// With `holdOut`, a quarter of the sequences takes no part in choosing how (strength.h), only in
/// the rounding itself; errors are reported on them.
/// Before that, its inputs are scaled as `scaling` says, in both paths.
/// Of the layer's weights it holds attention's or the feed-forward's, with a reference twice until
/// they have been used, and of a feed-forward without experts what is in work; beside them the
/// heads' outputs of all tokens, then the feed-forward's, in memory or on the disk (where that has
/// no room the latter are computed twice), and one Hessian at a time. Throws Error for a weight
/// that is not finite, Cancelled.
RoundedPart roundLayer(const LayerRounding& run, int layer, LayerScaling scaling,
    const LayerPaths& paths, const Progress& progress);

/// The same without any activations, for layers that GPTQ does not reach.
RoundedPart roundLayerAlone(
    const LayerRounding& run, int layer, LayerScaling scaling, const Progress& progress);

} // namespace core
