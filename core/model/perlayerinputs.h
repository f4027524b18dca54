// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/model/checkpoint.h"

#include <memory>
#include <span>

namespace core {

/// The input of its own that each layer has of each token (Gemma 4's per-layer embeddings, as
/// transformers and llama.cpp compute them):
///   (norm(P_l · e) + √size · E[token]_l) / √2,
/// e the row of token_embd, P_l the layer's rows of per_layer_model_proj, E[token]_l its columns of
/// per_layer_token_embd. (The scale √hidden of the embedding and 1/√hidden of P cancel.) It is made
/// anew for every layer: kept for all layers it would be several times the residual stream.
class PerLayerInputs {
public:
    /// Null where the model has none. Requires: a model that is computed.
    static std::shared_ptr<const PerLayerInputs> of(const Checkpoint& checkpoint);

    /// Those of `layer`, (tokens, size), on all processors. Requires: tokens of the vocabulary.
    /// Throws Error for a row that is not finite.
    Matrix rows(std::span<const int> tokens, int layer, const Progress& progress) const;
    /// The same of one token, (1, size), by a product of a matrix and a vector.
    Matrix row(int token, int layer, const Progress& progress) const;

    /// The gradients at the rows of both embeddings that `tokens` took, `g` being those at rows().
    struct Gradients {
        Matrix embedding; ///< token_embd: (tokens, hidden)
        Matrix perLayer; ///< the layer's columns of per_layer_token_embd: (tokens, size)
    };
    Gradients through(const MatrixView& g, std::span<const int> tokens, int layer,
        const Progress& progress) const;

private:
    PerLayerInputs() = default;
    /// Makes `own`, (1, size), scaled P_l · e of a token, its input, in place.
    void finish(MatrixBlock own, int token, int layer) const;

    /// The layer's rows of the projection, and what they make of the embeddings of `tokens` before
    /// the norm.
    struct Projected {
        Matrix projection; ///< (size, hidden)
        Matrix made; ///< (tokens, size)
    };
    Projected projected(std::span<const int> tokens, int layer, const Progress& progress) const;

    Tensor m_embedding, m_perLayer, m_projection;
    Vector m_norm;
    float m_epsilon = 0;
    float m_scale = 1; ///< of P · e
    int m_size = 0;
};

} // namespace core
