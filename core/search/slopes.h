// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/backwardwalk.h"
#include "core/search/candidates.h"
#include "core/search/sensitivitytable.h"

#include <vector>

namespace core {

/// Sums ⟨G, Ŵ − W⟩ for every candidate of every tensor on the way back through some sequences, by
/// stretches of their tokens. A weight gradient G = Σ g xᵀ is there only some rows at a time.
class SlopeObserver : public BackwardObserver {
public:
    static constexpr int stretch = 32; ///< tokens

    /// `sequences` of `checkpoint`, all as long; candidates that are not rounded are rounded when
    /// their tensor is come to. The arguments outlive this.
    SlopeObserver(const Checkpoint& checkpoint, std::vector<std::vector<Candidate>>& candidates,
        const std::vector<std::vector<int>>& sequences, const Importance& importance,
        const Progress& progress);

    void linearGradient(const LinearGradient& shown) override;
    void embeddingGradient(const EmbeddingGradient& shown) override;

    /// Of candidate `candidate` of tensor `tensor`, by sequence.
    std::vector<SlopeSums> slopes(std::size_t tensor, std::size_t candidate) const;

private:
    std::size_t stretchOf(Eigen::Index token) const;
    /// The sums of a tensor's candidates so far: (stretches of all sequences, candidates).
    MatrixD& sumsOf(std::size_t tensor);

    const Checkpoint& m_checkpoint;
    std::vector<std::vector<Candidate>>& m_candidates;
    const std::vector<std::vector<int>>& m_sequences;
    const Importance& m_importance;
    const Progress& m_progress;
    int m_length, m_stretches; ///< of a sequence
    std::vector<MatrixD> m_sums; ///< by tensor
};

} // namespace core
