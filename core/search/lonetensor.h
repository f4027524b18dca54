// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/model/checkpoint.h"
#include "core/model/layerstates.h"

#include <vector>

namespace core {

/// A measured KL divergence, nats a scored position.
struct MeasuredKld {
    double kld = 0;
    double error = 0; ///< standard error, from positions
};

/// Of what LoneMeasurement::divergences() gives.
MeasuredKld meanDivergence(const std::vector<double>& divergences);

/// Measures single changes of a model on a text: its hidden states are kept at every layer, so that
/// a change costs the layers from its own on only.
class LoneMeasurement {
public:
    /// Walks `chunks` (tokenSequences) through `checkpoint`, which outlives this. Scored are the
    /// positions that evaluate() scores. Throws Error for chunks under 3 tokens, Cancelled.
    LoneMeasurement(const Checkpoint& checkpoint, const std::vector<std::vector<int>>& chunks,
        const Progress& progress);
    /// The same of changes to `base`, a model of the same shape that outlives this, too; losses
    /// stay those against `checkpoint`.
    LoneMeasurement(const Checkpoint& checkpoint, const Checkpoint& base,
        const std::vector<std::vector<int>>& chunks, const Progress& progress);

    /// What `rounded` loses in the place of the tensor there. Throws Error for a weight that is not
    /// finite, Cancelled.
    MeasuredKld measure(const Tensor& rounded, const Progress& progress) const;
    /// What `changed` loses, a model of the same shape whose tensors may all differ.
    MeasuredKld measureModel(const Checkpoint& changed, const Progress& progress) const;
    /// KL divergence at every scored position, in order, with `rounded` in the place of those
    /// tensors; none of them: of the base itself. Throws as measure().
    std::vector<double> divergences(
        const std::vector<Tensor>& rounded, const Progress& progress) const;

private:
    int firstLayerOf(const Tensor& tensor) const;
    std::vector<double> from(int layer, const Checkpoint& changed, const Progress& progress) const;
    /// What the head reads at the scored positions, in their order.
    Matrix headInputs(
        const Checkpoint& model, const MatrixView& hidden, const Progress& progress) const;

    const Checkpoint& m_checkpoint;
    const Checkpoint& m_base;
    std::vector<std::vector<int>> m_chunks;
    LayerStates m_states; ///< of the base
    Matrix m_before; ///< what the head reads of the checkpoint at the scored positions
};

} // namespace core
