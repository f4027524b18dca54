// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/symmetricmatrix.h"

#include <algorithm>
#include <cstddef>

/// Sizes that the code of a run works in, for estimates of what it takes.
namespace core::runfacts {

constexpr double tileTokens = 4096; ///< of a pass over the text (walkTileTokens)
constexpr double tileValues = 1 << 24; ///< walkTileValues
constexpr double tileWeights = 1 << 22; ///< of a matrix outside the layers
constexpr double gptqTileWeights = 1 << 24; ///< the same by GPTQ
constexpr double keptBytes = 256 << 20; ///< of activations; beyond, they go to the disk
constexpr double heldInputs = 8192; ///< beyond, no sequences are held out
constexpr double heldShare = 0.25; ///< of the sequences
constexpr double judgedRows = 4096; ///< that choose a target
constexpr double triedRows = 96; ///< that GPTQ is tried on, of the matrices of a group together
constexpr double scaleRows = 256; ///< of a matrix that scales are tried on

constexpr double lookedAtBytes = double(std::size_t(4) << 30); ///< of states (OutputHessians)
constexpr double outputsTogether = 2048; ///< mostOutputsTogether

constexpr double panel = SymmetricMatrix::Panels::height; ///< rows that a triangle keeps whole

/// Pairs of outputs of a matrix whose gradients are multiplied: all, or those in its blocks.
inline double outputPairs(double rows) { return rows * std::min(rows, outputsTogether); }

} // namespace core::runfacts
