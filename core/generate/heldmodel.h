// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"
#include "core/model/experts.h"
#include "core/model/layer.h"

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace core {

/// A model's weights as floats, lent to one token after the other. As many as fit are decoded once
/// and held: the head first, then layer after layer, then experts as they are asked for; the others
/// are decoded each time. What is computed with them is the same either way.
class HeldModel {
public:
    /// Holds at most `mostBytes` of floats. Requires: a model that is computed.
    HeldModel(std::shared_ptr<const Checkpoint> checkpoint, std::uint64_t mostBytes);

    const Checkpoint& checkpoint() const { return *m_checkpoint; }
    /// Valid until the next call. Throws Error as loadLayer does.
    const LayerWeights& layer(int layer, const Progress& progress);
    /// One expert of the layer that was asked for last. Valid until the next call.
    const ExpertWeights& expert(int layer, int expert, const Progress& progress);
    /// The head's rows times `x` of the hidden size, on all processors. Throws Error for a weight
    /// of it that is not finite.
    Matrix headTimes(const Matrix& x, const Progress& progress); ///< (1, vocabulary)

    /// Bytes of floats of the head and the layers that are decoded anew for every token; 0: none.
    std::uint64_t decodedEachTime() const { return m_decodedEachTime; }

private:
    std::shared_ptr<const Checkpoint> m_checkpoint;
    std::uint64_t m_room; ///< bytes that may yet be held
    std::uint64_t m_decodedEachTime = 0;
    bool m_holdsHead = false;
    Matrix m_head; ///< empty: not decoded yet
    std::vector<bool> m_holdsLayer;
    std::map<int, LayerWeights> m_layers;
    std::map<std::pair<int, int>, ExpertWeights> m_experts; ///< by layer and expert
    LayerWeights m_passing; ///< one that is not held
    ExpertWeights m_passingExpert;
};

/// Half of the machine's memory: what a HeldModel may hold unless somebody says otherwise.
std::uint64_t usualHeldBytes();

} // namespace core
