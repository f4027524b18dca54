// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"
#include "core/model/tensor.h"
#include "core/quant/recipe.h"

#include <optional>
#include <string>
#include <vector>

namespace core {

/// What the errors of a report were measured on.
enum class JudgedOn {
    Weights, ///< the weights alone, no text
    CalibrationText, ///< what the tensor was rounded by, an imatrix or calibration sequences
    HeldOut ///< calibration sequences that these errors' weights were not fitted to
};
/// "weights", "calibration", "held_out".
const char* judgedOnName(JudgedOn on);

/// What GPTQ did to a tensor beside rounding it.
struct GptqDetails {
    double damping = 0; ///< share of the mean diagonal of H
    double shrinkage = 0; ///< share that was taken off what is beside H's diagonal
    double targetDamping = -1; ///< the same for the target; −1: it was not corrected
    double changeShare = 0; ///< of the inputs' change that the target follows
    double driftShare = 0; ///< of the residual stream's drift
    bool chosenByData = false; ///< those three
    double unsweptError = -1; ///< as outputError, before sweeps
    int sweeps = 0;
    bool twoSided = false; ///< whether rows made up for the errors of rows
    double normGain = 0; ///< share of the group's E that refitting the norm before it took away
};

/// How one tensor fared.
struct TensorReport {
    Place place;
    std::string name;
    const Format* format = nullptr;
    Method method = Method::RoundToNearest; ///< that was really used
    Scaling scaling = Scaling::None; ///< of its input, where scales were found that help
    /// Relative, sqrt(E / tr(W H Wᵀ)), or by importance or weights alone where no H was gathered;
    /// −1 unknown. On held-out sequences against the original model's outputs, with what the
    /// residual stream lacks before attn_output and ffn_down add to it, and from some of the rows,
    /// rounded without those sequences.
    double outputError = -1;
    double importanceError
        = -1; ///< the same of importance-weighted rounding; −1 where it was not made
    JudgedOn judgedOn = JudgedOn::Weights; ///< both errors
    int heldSequences = 0; ///< that were held out of all, where judged on them
    std::optional<GptqDetails> gptq; ///< where GPTQ was used
    std::string note; ///< a fallback, a raised damping, importance kept, the scales that were
                      ///< found: a sentence; empty if there is nothing to say
    bool resumed = false; ///< taken from the work folder
};

/// The one dialect of reports: on the shelf, in sessions and for --json. {"name", "format",
/// "method", "resumed", "judged_on", "held_out_sequences", "output_error", "importance_error",
/// "gptq": {"damping", "shrinkage", "sweeps", "two_sided",
/// "unswept_error", "norm_gain", "target_damping", "change_share", "drift_share",
/// "chosen_by_data"}, "note"}; what is unknown or empty is left out.
Json tensorReportToJson(const TensorReport& report);
/// The report on `tensor`. Throws Error naming `place` and what is missing or unknown.
TensorReport tensorReportFromJson(const Json& json, const Tensor& tensor, const std::string& place);

/// Tensors that were rounded together: a layer's, or one outside the layers.
struct RoundedPart {
    std::vector<Tensor> tensors; ///< vectors included
    std::vector<TensorReport> reports; ///< of the matrices
};

} // namespace core
