// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/model/checkpoint.h"
#include "core/model/layer.h"

#include <span>
#include <vector>

namespace core {

/// Scales s over 0 by which the columns of a layer's matrices are multiplied, one for each channel
/// of their input; what makes that input is divided by them, so that the layer computes the same
/// (Lin et al. 2023, "AWQ"; Xiao et al. 2022, "SmoothQuant"). It costs nothing at run time. An
/// empty vector: that input is left as it is.
struct LayerFold {
    Vector attention; ///< (hidden): attn_norm / s; q, k, v · s
    Vector attentionOutput; ///< (heads × headDim): rows of attn_v / s; attn_output · s
    Vector feedForward; ///< (hidden): ffn_norm / s; gate, up · s
    Vector down; ///< (feedForward): rows of ffn_up / s; ffn_down · s

    Vector& of(LinearInput input); ///< Requires: an input inside a layer.
    const Vector& of(LinearInput input) const;
    bool isEmpty() const;
};

/// The channels of a layer's `input` that must share one scale, as a number for each from 0 on: the
/// heads of a group share those of their key/value head, since one row of attn_v makes them all.
/// Elsewhere each channel stands alone.
std::vector<int> foldGroups(LinearInput input, const ModelConfig& config);

/// Multiplies and divides `weights` as `fold` says: the same function of the hidden states, to the
/// rounding of single precision. Requires: sizes as above, scales that are finite, over 0 and equal
/// in a group.
void applyFold(LayerWeights& weights, const LayerFold& fold, const ModelConfig& config);

/// The same model with its layers folded, `folds[layer]` each, what changed in F32 and in memory.
std::shared_ptr<const Checkpoint> foldedCheckpoint(
    const Checkpoint& checkpoint, std::span<const LayerFold> folds, const Progress& progress);

} // namespace core
