// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>

#include <algorithm>

namespace core {

// Which calibration sequences are held out: every fourth, one of two or three, the second half of a
// single one.

constexpr Eigen::Index heldShare = 4;
constexpr Eigen::Index mostHeldInputs = 8192; ///< channels: a second Hessian of them takes 256 MiB

/// How many of the sequences from `first` to before `last` are held out, of `all`, two or more.
inline Eigen::Index heldSequences(Eigen::Index first, Eigen::Index last, Eigen::Index all)
{
    const Eigen::Index share = std::min(heldShare, all);
    return last / share - first / share;
}

} // namespace core
