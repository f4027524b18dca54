// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/simulate/rangeestimator.h"

#include <optional>
#include <span>
#include <vector>

namespace core {

/// How the inputs of linear layers are rounded while a model computes.
struct ActivationFormat {
    enum class Scope {
        Static, ///< one range for all tokens of an input, estimated on calibration text
        Dynamic, ///< each token's own largest and smallest value
    };
    Scope scope = Scope::Dynamic;
    RangeOptions range; ///< bits and symmetry; the estimator for Static only

    bool operator==(const ActivationFormat&) const = default;
};

/// Rounds `x` (tokens, in) but for the columns `kept`, which become F16. `grid`: for Static. On all
/// processors; a token's result does not depend on the others.
void roundActivations(MatrixBlock x, const ActivationFormat& format, const IntegerGrid& grid,
    std::span<const int> kept, const Progress& progress);

/// Rounds each row of `W` (out, in) to symmetric integers of `bits` bits over its largest
/// magnitude, but for the columns `kept`, which become F16. On all processors.
void roundRows(Matrix& W, int bits, std::span<const int> kept, const Progress& progress);

/// Some tokens of an input, and the largest magnitude of each channel over all of them.
struct SmoothingInput {
    Matrix x; ///< (tokens, in)
    Vector absmax; ///< (in)
};

/// What a search for the migration strength found.
struct SmoothingChoice {
    Vector scales; ///< (in): weights are multiplied, activations divided; empty: none help
    double strength = 0; ///< α
    double errorBefore
        = 0; ///< the mean of ‖y − ŷ‖² / ‖y‖² over tokens, summed over the matrices, unscaled
    double errorAfter = 0;
};

/// s_j = max|X_j|^α / max|W_j|^(1−α) over the matrices that read the input (Xiao et al. 2022,
/// "SmoothQuant", equation 4), geometric mean 1. Channels with the same number in `groups` get one
/// scale. Pure.
Vector smoothingScales(std::span<const Matrix* const> weights, const Vector& absmax,
    std::span<const int> groups, double strength);

/// The strength α in twentieths from 0 to 0.7, or no scaling, with which the outputs of `weights`
/// come closest to those in full precision when activations are rounded to `format` and weights to
/// `weightBits` bits a row (0: not rounded), on at most 256 rows of each. With `strength` only that
/// one is tried, and taken. Throws Cancelled.
SmoothingChoice searchSmoothing(std::span<const Matrix* const> weights, const SmoothingInput& input,
    std::span<const int> groups, const ActivationFormat& format, int weightBits,
    std::optional<double> strength, const Progress& progress);

} // namespace core
