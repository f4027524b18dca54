// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/deltarule.h"

/// The steps of a chunk of the gated delta rule. S: the state before it, (headDim, headDim).
namespace core::deltarule {

using Index = Eigen::Index;

constexpr Index chunkTokens = 64; // products are large enough, the triangles still small

/// One chunk: what its tokens do to the state and get from it.
struct Chunk {
    MatrixView q, k, v;
    Vector decayed; ///< e^(decay of the tokens up to each, its own included)
    Vector remaining; ///< e^(decay of those after each)
    Matrix within; ///< (i, j): e^(decay of those after j up to i), j ≤ i; 0 behind
    Vector rate;
};
Chunk chunkOf(const DeltaRuleInputs& inputs, Index first);

/// What the tokens of a chunk write into the state, before it decays: row t of `updates` is
/// rate_t · (v_t − S_tᵀ k_t), S_t the state that token t finds.
struct ChunkUpdates {
    Matrix known; ///< what the state before the chunk gives for each key
    Matrix meeting; ///< k kᵀ ∘ within
    Matrix updates; ///< the solution of (I + L) X = rate · (v − known)
    Matrix system; ///< rate · meeting; L is what lies strictly below its diagonal
};
ChunkUpdates updatesOf(const Chunk& part, const Matrix& state);

/// The outputs of a chunk, and its state moved on.
void passChunk(MatrixBlock output, const Chunk& part, Matrix& state);
/// The outputs of all chunks from `state` on, which is moved on; before(state) is called in front
/// of each.
template<typename Before>
Matrix passChunks(const DeltaRuleInputs& inputs, Matrix& state, const Before& before)
{
    const Index tokens = inputs.k.rows();
    Matrix output(tokens, inputs.k.cols());
    for (Index first = 0; first < tokens; first += chunkTokens) {
        before(state);
        const Chunk part = chunkOf(inputs, first);
        passChunk(output.middleRows(first, part.k.rows()), part, state);
    }
    return output;
}

} // namespace core::deltarule
