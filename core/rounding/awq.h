// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/formats/closer.h"
#include "core/formats/format.h"
#include "core/rounding/gptq.h"

#include <span>
#include <vector>

namespace core {

/// A matrix that reads the input whose scales are searched, and how it will be rounded.
struct ScaledReader {
    const Matrix* W = nullptr; ///< (out, in)
    const Format* format = nullptr;
    enum class Rounding { Nearest, Importance, Gptq } rounding = Rounding::Importance;
    Encoder encoder = Encoder::Ggml; ///< of the first two
};

/// What a search for scales found.
struct ScaleChoice {
    Vector scales; ///< (in), geometric mean 1; empty if none lowers the error by 1 %
    double activationPower = 0; ///< s = activation^… / weight^…, then brought to mean 1
    double weightPower = 0;
    double errorBefore = 0; ///< Σ E / tr(W H Wᵀ) over the matrices, without scales
    double errorAfter = 0; ///< with them
};

/// The scales by which the columns of all `readers` are multiplied before rounding, so that
/// channels with large activations are rounded more finely: s_j = a_j^α / w_j^β with a the root
/// mean square of the activations and w that of the weights, α from 0 to 1 in tenths, then
/// twentieths, and β either 0 (Lin et al. 2023, equations 4 and 5) or 1 − α (as in AutoAWQ). Each
/// is tried with the matrix's own rounding in the loop, on at most 256 rows a matrix spread evenly;
/// the smallest Σ E / tr(W H Wᵀ) wins, E the output error under `H` (in, in) = 2/N Σ x xᵀ. Channels
/// with the same number in `groups` (foldGroups) get one scale. On all processors, the same result
/// for any number of them. Throws Error if H is not finite, Cancelled.
ScaleChoice searchScales(std::span<const ScaledReader> readers, const SymmetricMatrix& H,
    std::span<const int> groups, const GptqOptions& gptq, const Progress& progress);

/// H as the inputs divided by `scales` have it: S⁻¹ H S⁻¹.
SymmetricMatrix scaledHessian(SymmetricMatrix H, const Vector& scales);

/// Rounds `W` (out, in) block by block by an encoder of the format with the largest weights
/// clipped: ten bounds for each block, from none down to 0.55 of each group's largest magnitude,
/// and the one with the smallest error under the block's part of `H` (Lin et al. 2023, the clipping
/// of their published code). `importance` has one weight a column or is empty. Where the encoder
/// alone has the smaller E, that is what comes back. Requires: format.fits(in), finite values. On
/// all processors, the same bytes for any number of them. Throws Cancelled.
std::vector<std::byte> clippedRound(const Matrix& W, const SymmetricMatrix& H, const Format& format,
    std::span<const float> importance, Encoder encoder, const Progress& progress);

} // namespace core
