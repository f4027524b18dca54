// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

#include <vector>

namespace core {

/// What one value head of one sequence is computed from: a row a token.
struct DeltaRuleInputs {
    MatrixView q, k, v; ///< (tokens, headDim); q and k of length 1, q divided by √headDim
    Vector decay; ///< log of what is left of the state after a token: at most 0 in a sound model
    Vector rate; ///< how much of what a key stands for is replaced: 0 to 1
};
/// The gated delta rule, in chunks of tokens: S ← e^decay · S, S ← S + k (rate · (v − Sᵀk))ᵀ, the
/// output is Sᵀq. (tokens, headDim). On the calling thread. Chunks as in Yang et al. 2024, "Gated
/// Delta Networks", section 3.3: within one the updates are the solution of a unit triangular
/// system, so that all else is products of matrices.
Matrix gatedDeltaRule(const DeltaRuleInputs& inputs);
/// The same from a `state` S on, (headDim, headDim), which is left as the last token leaves it.
Matrix gatedDeltaRule(const DeltaRuleInputs& inputs, Matrix& state);

/// The gradients of a loss by all of them.
struct DeltaRuleGradients {
    Matrix q, k, v; ///< (tokens, headDim)
    Vector decay, rate;
};

/// The same rule on its way forward and back. Keeps the state before each chunk: headDim² floats
/// every 64 tokens. The inputs must outlive it. On the calling thread.
class DeltaRulePass {
public:
    explicit DeltaRulePass(const DeltaRuleInputs& inputs);
    const Matrix& output() const { return m_output; } ///< gatedDeltaRule(inputs), to the bit
    /// `g`: (tokens, headDim), the gradient by the output.
    DeltaRuleGradients back(const MatrixView& g) const;

private:
    const DeltaRuleInputs& m_inputs;
    std::vector<Matrix> m_states; ///< before each chunk; filled while m_output is made
    Matrix m_output;
};

} // namespace core
