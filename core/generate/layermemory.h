// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/generate/rowcache.h"
#include "core/model/config.h"
#include "core/model/recurrentstate.h"
#include "core/model/walk.h"

#include <vector>

namespace core {

/// What one layer keeps of the tokens so far: all that the next token's step reads of them. Which
/// parts it fills its mixer says; a layer that takes the keys of another one fills none.
struct LayerMemory {
    RowCache keys; ///< normed and turned, (tokens, key/value heads × headDim); of latent attention
                   ///< the latents and the key that all heads share, (tokens, rank + turned)
    RowCache values; ///< (tokens, key/value heads × headDim); of latent attention none
    RecurrentState recurrent; ///< of a delta net or a short convolution

    void clear();
};

/// Fills the memories of all layers from a walk of one sequence, as steps through its tokens would.
class RememberingObserver : public WalkObserver {
public:
    /// `memories`: by layer, clear. Both outlive it.
    RememberingObserver(std::vector<LayerMemory>& memories, const ModelConfig& config);

    void linearInput(LinearInput, int, const Matrix&, Eigen::Index) override { }
    void residual(int, const MatrixView&, Eigen::Index) override { }
    void attentionHeads(int layer, const AttentionHeads& heads) override;
    void attentionLatents(int layer, const Latents& latents) override;
    RecurrentState* recurrentState(int layer) override;

private:
    std::vector<LayerMemory>& m_memories;
    const ModelConfig& m_config;
};

} // namespace core
