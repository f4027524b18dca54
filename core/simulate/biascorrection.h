// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/walk.h"

#include <memory>
#include <vector>

namespace core {

/// Bias correction (Nagel et al. 2019, section 4.2), simulated: after attn_output and after
/// ffn_down of each layer the mean by which rounding shifts the residual stream, over calibration
/// tokens, is added back. Llama has no biases to fold it into, and files as this program writes
/// them hold none, so it rides beside the checkpoint. Immutable; safe from several threads.
class BiasCorrection : public LinearArithmetic {
public:
    /// Measures the shifts, layer by layer, with those before already corrected. `model` computes
    /// by `arithmetic` (null: in full precision), `original` in full precision. Requires: at least
    /// one sequence, models of one shape. On all processors, the same bits for any number of them.
    /// Throws Error, Cancelled.
    BiasCorrection(const Checkpoint& model, std::shared_ptr<const LinearArithmetic> arithmetic,
        const Checkpoint& original, const std::vector<std::vector<int>>& calibration,
        const Progress& progress);

    void prepare(LayerWeights& weights, int layer, const Progress& progress) const override;
    void roundInput(
        LinearInput input, int layer, MatrixBlock x, const Progress& progress) const override;
    void correctResidual(int depth, MatrixBlock hidden) const override;

    const std::vector<Vector>& shifts() const { return m_shifts; } ///< by depth − 1; (hidden)

private:
    std::shared_ptr<const LinearArithmetic> m_arithmetic;
    std::vector<Vector> m_shifts; ///< empty vectors where none was measured yet
};

} // namespace core
