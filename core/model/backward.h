// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/model/beside.h"
#include "core/model/layer.h"

#include <map>
#include <span>

namespace core {

/// A linear layer at some tokens on the way back: what it read and the gradients at its outputs.
/// Its weight gradient is Σ g xᵀ over the tokens.
struct LinearGradient {
    Role role; ///< of its tensor
    int layer; ///< −1: the head
    /// The tensor's row of which the first column of `g` speaks: of an expert's or a head's matrix
    /// in its stack, of a piece of the head; else 0.
    Eigen::Index firstOutput;
    MatrixView x; ///< (tokens, in)
    MatrixView g; ///< (tokens, outputs)
    /// Which token each row is, among all of the walk; empty: one after the other from …
    std::span<const Eigen::Index> tokens;
    Eigen::Index firstToken;

    Eigen::Index token(Eigen::Index row) const
    {
        return tokens.empty() ? firstToken + row : tokens[std::size_t(row)];
    }
};

/// What the way back says about rows of an embedding: at the columns from `firstColumn` on of the
/// rows that the tokens from `firstToken` on took.
struct EmbeddingGradient {
    Role role; ///< token_embd, per_layer_token_embd
    Eigen::Index firstColumn;
    MatrixView g; ///< (tokens, columns)
    Eigen::Index firstToken;
};

/// What a walk shows on its way back. Called on the walking thread, from the last layer to the
/// first, with tiles of whole sequences; of the experts and the head in pieces.
struct BackwardObserver {
    virtual ~BackwardObserver() = default;
    virtual void linearGradient(const LinearGradient& gradient) = 0;
    /// Several times for the same tokens where an embedding is read in several places: they add up.
    virtual void embeddingGradient(const EmbeddingGradient& /*gradient*/) { }
};

/// What layers read beside the residual stream, and what the way back has said about it so far.
struct BackwardBeside {
    Beside forward; ///< of the whole walk forward
    Eigen::Index rows = 0; ///< tokens of the whole walk
    /// At keys and values, by the layer that made them: those of the layers that are behind us.
    std::map<int, KeysAndValues> gradients;
};

/// Where a tile of whole sequences stands on the way back.
struct BackwardPlace {
    int layer;
    int length; ///< tokens of a sequence
    Eigen::Index firstToken = 0; ///< of the tile among all of the walk
    BackwardBeside* beside = nullptr; ///< null: none, for layers that read nothing of the kind
};

/// The way back through a layer: `gradient` (tokens, hidden), of a loss by the residual stream
/// after the layer, becomes that by `hidden`, the stream before it. What the layer computes on its
/// way is computed again. The choice of experts counts as fixed. On all processors, the same bits
/// for any number of them. Requires: a layer that is computed. Throws Error, Cancelled.
void backwardLayer(MatrixBlock gradient, const MatrixView& hidden, const LayerWeights& weights,
    const BackwardPlace& place, BackwardObserver& observer, const Progress& progress);

} // namespace core
