// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/quant/plan.h"
#include "core/quant/tensorrounding.h"

#include <span>
#include <vector>

namespace core {

constexpr Eigen::Index fewTokens = 4; ///< a channel: an expert that saw fewer is named

/// The matrices of one stack of experts as they are rounded, one after the other.
class ExpertParts {
public:
    /// The next is expert `expert`, which `tokens` came to. Requires: in their order, from 0 on.
    void begin(int expert, Eigen::Index tokens);
    void add(RoundedTensor rounded);

    /// Puts `tensor` together of them, with one report on all: its errors are the root mean square
    /// of theirs, and experts that saw fewer tokens than four times their width are named. Where
    /// some did not fit the planned format, all are stored in the widest that was taken. Throws
    /// Cancelled.
    RoundedTensor take(
        const Tensor& tensor, const PlannedTensor& planned, const Progress& progress);

private:
    std::vector<Eigen::Index> m_tokens;
    std::vector<RoundedTensor> m_parts;
};

/// The part of `importance`, (experts × columns), that is expert `expert`'s.
std::vector<float> expertImportance(
    std::span<const float> importance, int expert, Eigen::Index columns);

} // namespace core
