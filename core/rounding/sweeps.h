// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/rounding/gptq.h"

#include <cstddef>
#include <vector>

namespace core {

/// What sweeps over a rounded matrix did.
struct SweepResult {
    int sweeps = 0; ///< that were made
    double gain = 0; ///< by how much E fell
};

/// Lowers E = tr((T−Ŵ) H (T−Ŵ)ᵀ) of the matrix that `bytes` store, `T` (out, in) its target, by
/// block coordinate descent: one span of columns after the other, whole blocks, the rest as they
/// are. In a span, each row tries GPTQ afresh towards the best weights it could have given the
/// rest, Ŵ_b + (T−Ŵ) H_:b H_bb⁻¹, with new scales; then the factors of the blocks' scales are
/// fitted by least squares and stored as binary16; then each code moves to the best level. A step
/// is kept only where E falls. Ends after `sweeps`, or when one gains under a hundredth of E.
/// `error` is E before. Formats without a grid and those for study, whose blocks may be whole rows,
/// are left as they are. On all processors, by rows; the same bits for any number. Throws
/// Cancelled.
SweepResult sweepRounded(const Matrix& T, const GptqFactor& factor, const Format& format,
    int sweeps, double error, std::vector<std::byte>& bytes, const Progress& progress);

} // namespace core
