// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/closer.h"
#include "core/formats/format.h"
#include "core/rounding/gptqoptions.h"
#include "core/rounding/heldsums.h"
#include "core/rounding/outputhessian.h"
#include "core/rounding/targetchoice.h"

#include <vector>

namespace core {

/// What a matrix is rounded by, from the most careful on.
enum class Way {
    Importance, ///< importance-weighted, the weights themselves
    ImportanceOfTarget, ///< importance-weighted, the corrected target
    Gptq, ///< GPTQ, no sweeps
    Swept ///< GPTQ and its sweeps
};

/// A matrix that reads the input, and how it is to be rounded.
struct TriedMatrix {
    const Matrix* W; ///< (out, in)
    const Format* format;
    Encoder encoder; ///< of importance-weighted rounding
    const OutputHessian* outputs = nullptr; ///< of W; none: not tried two-sidedly
};

/// How one matrix fared on held-out tokens, rounded without them: HeldJudge's errors.
struct WayTrial {
    Way way = Way::Swept; ///< the best
    double error = 0; ///< of it
    double importanceError = 0;
    double unsweptError = 0; ///< of GPTQ without sweeps
    double energy = 0;
    bool twoSided = false; ///< whether GPTQ, with or without sweeps, errs less so
};

/// How boldly the matrices that read one input are rounded.
struct StrengthTrial {
    double shrinkage = 0; ///< s: GPTQ is given shrunk(H, s)
    std::vector<WayTrial> matrices; ///< as given
    bool towardsCommon = false; ///< not towards the diagonal
};

/// Rounds some rows of each matrix on `fit` in every way, GPTQ from the whole H to nearly its
/// diagonal alone, and takes what errs least on `held`: with little text the correlations of H are
/// mostly noise, which GPTQ, sweeps above all, would fit. `choice` says how far the target is
/// followed. `common`, where it is not null, is a Hessian of many more tokens of the same input
/// that H may be shrunk towards as well; the better one is taken. Those that GPTQ is best for and
/// whose outputs are known are rounded two-sidedly, unless that errs more than importance.
/// Requires: held.isThere(). Throws Cancelled.
StrengthTrial tryStrengths(const InputSums& fit, const HeldSums& held, const TargetChoice& choice,
    const std::vector<TriedMatrix>& matrices, const GptqOptions& options,
    const SymmetricMatrix* common, const Progress& progress);

/// (1 − s) H + s P: P the diagonal of H, or `common` brought to the trace of H.
SymmetricMatrix shrunk(SymmetricMatrix H, double s, const SymmetricMatrix* common = nullptr);

/// Tokens from which half of what they say of an input of `width` channels is believed. Found on
/// models 256 to 1,536 wide: what is peculiar to a text is lost in more of it sooner than noise,
/// which held-out sequences show, is in inputs that are wide.
double believedTokens(Eigen::Index width);
constexpr double sweepTrust = 0.5; ///< below, sweeps only fit what is peculiar to a text

/// How far what `tokens` say of an input of `width` channels may be believed of other text, 0 to 1:
/// one of the same kind that is held out shows what is noise, not what is peculiar to its kind.
double textTrust(double tokens, Eigen::Index width);

} // namespace core
