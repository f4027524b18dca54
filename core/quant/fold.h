// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/model/checkpoint.h"
#include "core/model/layer.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace core {

/// Scales s over 0 by which the columns of a layer's matrices are multiplied, one for each channel
/// of their input; what makes that input is divided by them, so that the layer computes the same
/// (Lin et al. 2023, "AWQ"; Xiao et al. 2022, "SmoothQuant"). It costs nothing at run time. An
/// empty vector: that input is left as it is.
struct LayerFold {
    Vector attention; ///< (hidden): the norm before / s; q, k, v · s
    /// (LayerSpec::mixedChannels): rows of attn_v / s, or ssm_norm, or the rows of
    /// shortconv.in_proj that make C; attn_output · s, or what stands in its place.
    Vector attentionOutput;
    Vector feedForward; ///< (hidden): the norm before / s; gate, up · s
    Vector down; ///< (feedForward): rows of ffn_up / s; ffn_down · s

    Vector& of(LinearInput input); ///< Requires: an input inside a layer.
    const Vector& of(LinearInput input) const;
    bool isEmpty() const;
};

/// The channels of a layer's `input` that must share one scale, as a number for each from 0 on: the
/// heads of a group share those of their key/value head, since one row of attn_v makes them all,
/// and the heads of a delta net, which one norm makes.
/// Elsewhere each channel stands alone. `width`: of the residual stream.
std::vector<int> foldGroups(LinearInput input, const LayerSpec& spec, std::int64_t width);

/// Why what makes an input cannot be divided by scales; empty: it can. A norm can if it makes this
/// input alone, what makes the heads' outputs always, ffn_up where what it makes is only
/// multiplied.
std::string foldObstacle(LinearInput input, const LayerSpec& spec);

/// The matrix whose rows are divided where `input` is scaled: attn_v, shortconv.in_proj or ffn_up,
/// or what holds it among others; nothing where a norm is.
std::optional<Role> foldedMaker(LinearInput input, const Checkpoint& checkpoint, int layer);

/// Multiplies and divides `weights` as `fold` says: the same function of the hidden states, to the
/// rounding of single precision. Gives back the norms and biases that changed. Requires: sizes as
/// above, scales that are finite, over 0 and equal in a group, no obstacle.
std::vector<Role> applyFold(LayerWeights& weights, const LayerFold& fold);

/// The same model with its layers folded, `folds[layer]` each, what changed in F32 and in memory.
std::shared_ptr<const Checkpoint> foldedCheckpoint(
    const Checkpoint& checkpoint, std::span<const LayerFold> folds, const Progress& progress);

} // namespace core
