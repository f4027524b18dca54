// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/files/scratchfile.h"
#include "core/model/checkpoint.h"
#include "core/model/tokenrows.h"
#include "core/quant/plan.h"
#include "core/rounding/outputhessian.h"

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace core {

/// H_O of some of a model's matrices (core/rounding/outputhessian.h), in memory or, beyond
/// mostInMemory bytes, on the disk; and how much each token counts at what they read.
class OutputHessians {
public:
    static constexpr std::size_t mostInMemory = TokenRoom::usualInMemory;
    /// Of the residual streams that one pass keeps; beyond, some of the sequences are left out.
    static constexpr std::size_t mostStates = std::size_t(4) << 30;

    /// Room for the matrices at `places`. `scratchFolder`: as for ScratchFile.
    OutputHessians(const Checkpoint& checkpoint, std::vector<Place> places,
        const std::filesystem::path& scratchFolder);
    OutputHessians() = default;

    bool has(Place place) const { return m_first.contains(place); }
    OutputHessian of(Place place) const;
    void set(Place place, const OutputHessian& blocks);
    /// gradientWeights (core/rounding/tokenweights.h) of all tokens of the text, by the gradients
    /// at the outputs of the matrices that read `input`; empty: not known.
    Vector tokenWeights(int layer, LinearInput input) const;
    /// `energies` (tokens): squared sizes of those gradients, relative to their mean.
    void setEnergies(int layer, LinearInput input, Vector energies);
    /// Why there is nothing of any matrix, a sentence without its end; empty: it was not asked for,
    /// or it is there.
    const std::string& absent() const { return m_absent; }

private:
    float* at(Place place) const;

    struct Room {
        std::size_t first; ///< value
        Eigen::Index outputs;
    };
    std::map<Place, Room> m_first;
    std::map<std::pair<int, LinearInput>, Vector> m_energies;
    std::vector<float> m_memory;
    std::unique_ptr<ScratchFile> m_disk;
    std::string m_absent;
};

/// The matrices of layers that GPTQ rounds, stacks of experts left out.
std::vector<Place> placesByGptq(std::span<const PlannedTensor> plan);

/// Walks `sequences` forward through the original model and back from random gradients at all its
/// logits (core/model/backwardwalk.h) and gathers H_O of the matrices at `places`, and how much
/// tokens count there. Of the sequences, as many as mostStates allows, evenly spread; tokens of the
/// others count as much as the mean. Beside what the two walks hold, one
/// layer's H_O in double. None where there is no room. Throws Error, Cancelled.
OutputHessians gatherOutputHessians(const Checkpoint& checkpoint, const std::vector<Place>& places,
    const std::vector<std::vector<int>>& sequences, const std::filesystem::path& scratchFolder,
    const Progress& progress);

} // namespace core
