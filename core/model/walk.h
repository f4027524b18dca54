// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/model/attention.h"
#include "core/model/beside.h"
#include "core/model/latentattention.h"
#include "core/model/layer.h"
#include "core/model/tokenrows.h"

#include <functional>
#include <vector>

namespace core {

/// The residual stream of all sequences between two layers. Every sequence has `length` tokens.
struct HiddenStates {
    TokenRows states; ///< (sequences × length, hidden)
    int length = 0;
    Beside beside; ///< what layers read beside it

    int sequences() const { return length == 0 ? 0 : int(states.rows() / length); }
};

/// A walk handles whole sequences of together at most about this many tokens at once.
constexpr int walkTileTokens = 4096;
/// Values of them, as wide as anything in a layer, at most. Experts share the tokens.
constexpr std::int64_t walkTileValues = 1 << 24;

/// Tokens of the tiles in which `spec`'s layer is walked: whole sequences, one at least.
Eigen::Index walkTileRows(const LayerSpec& spec, int length);

/// Rows of token_embd, scaled, and those of position_embd from `firstPosition` on where the model
/// has them. Requires: sequences of equal length. Throws Error for a token outside the vocabulary,
/// a row that is not finite, a sequence longer than there are positions, a model that is not
/// computed, a full disk where `room` has them lie there.
HiddenStates embed(const Checkpoint& checkpoint, const std::vector<std::vector<int>>& sequences,
    int firstPosition = 0, const TokenRoom& room = {});

/// What a walk shows as it goes. Called on the walking thread, in order, with a tile of whole
/// sequences: rows firstRow … firstRow + x.rows() − 1 of all tokens.
struct WalkObserver {
    virtual ~WalkObserver() = default;
    /// `x` (tokens, in): what the linear layers of `input` in `layer` read.
    virtual void linearInput(LinearInput input, int layer, const Matrix& x, Eigen::Index firstRow)
        = 0;
    /// `x` (tokens, in): what gate and up (Experts) or down (ExpertsDown) of one expert read, or
    /// attn_k_b (HeadQuery) or attn_v_b (HeadContext) of one head.
    virtual void expertInput(
        LinearInput /*input*/, int /*layer*/, int /*expert*/, const Matrix& /*x*/)
    {
    }
    /// Queries, keys and values of the same rows, normed and turned.
    virtual void attentionHeads(int /*layer*/, const AttentionHeads& /*heads*/) { }
    /// The same of a layer with latent attention.
    virtual void attentionLatents(int /*layer*/, const Latents& /*latents*/) { }
    /// Where a layer with a delta net or a short convolution leaves what the tokens after the only
    /// sequence go on from; null: nowhere.
    virtual RecurrentState* recurrentState(int /*layer*/) { return nullptr; }
    /// The residual stream at a depth: 0 the embedding, 1 + 2·layer after attention, 2 + 2·layer
    /// after the feed-forward.
    virtual void residual(int depth, const MatrixView& hidden, Eigen::Index firstRow) = 0;
};

/// How linear layers compute where that is not in full precision: to study rounded activations.
/// Its results must depend on a token's own row only.
struct LinearArithmetic {
    virtual ~LinearArithmetic() = default;
    /// Changes the decoded weights of `layer` before they are used.
    virtual void prepare(LayerWeights& weights, int layer, const Progress& progress) const = 0;
    /// Changes what the linear layers of `input` in `layer` (Head: −1) read: `x` (tokens, in).
    virtual void roundInput(
        LinearInput input, int layer, MatrixBlock x, const Progress& progress) const = 0;
    /// Changes the residual stream at a depth of 1 or more, as WalkObserver counts them.
    virtual void correctResidual(int /*depth*/, MatrixBlock /*hidden*/) const { }
};

/// Moves `hidden` through one layer, tile by tile, telling `observer` (may be
/// null). Checks for cancellation at least ten times a second.
void walkLayer(HiddenStates& hidden, const LayerWeights& weights, int layer, WalkObserver* observer,
    const Progress& progress);
/// The same with `arithmetic` (may be null) between each input and its linear layers; the observer
/// is shown what they read. Requires: weights that it has prepared.
void walkLayer(HiddenStates& hidden, const LayerWeights& weights, int layer, WalkObserver* observer,
    const LinearArithmetic* arithmetic, const Progress& progress);

/// Moves `hidden` through all layers of `checkpoint`, loading one at a time, then tells the Head's
/// input.
void walk(HiddenStates& hidden, const Checkpoint& checkpoint, WalkObserver* observer,
    const Progress& progress);

} // namespace core
