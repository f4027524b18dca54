// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/export/filemix.h"
#include "core/measure/bandwidth.h"
#include "core/measure/grade.h"
#include "core/quant/runwork.h"

#include <optional>
#include <span>
#include <vector>

namespace core {

/// One file that is offered to whoever wants a smaller one.
struct SmallerFile {
    Grade asked = Grade::AsGood; ///< whose limit its predicted loss stays within
    FileMix mix;
    /// Of mix.mix.kld. Where the recipe rounds by GPTQ and the losses are those of
    /// importance-weighted rounding, GPTQ loses less: the grade is at least that.
    Grade predicted = Grade::AsGood;
};

/// Why losses of `checkpoint` cannot be predicted on a text, in a sentence; empty: they can.
std::string whyNotPredicted(const Checkpoint& checkpoint);

/// How a smaller file is made, but for its formats: by GPTQ where a text runs through the model, or
/// to nearest.
Recipe smallerRecipe(const Checkpoint& checkpoint);

/// The smallest file whose loss is predicted, by `table`, to stay within the limit of each grade
/// from AsGood to ClearlyWorse. What is quantized already may stay as it is. Left out are grades
/// that no mix stays within, files that save less than a twentieth of the model's (filesBytes()),
/// and those no smaller than one of a better grade: none are left where nothing can be gained. Some
/// 0.3 s for 300 tensors. Throws Error as MixSearch does.
std::vector<SmallerFile> smallerFiles(const Checkpoint& checkpoint, const SensitivityTable& table);

/// The one of that grade. Nothing if it is left out.
std::optional<SmallerFile> smallerFile(
    const Checkpoint& checkpoint, const SensitivityTable& table, Grade grade);

/// The device of least memory that runs a file of `bytes` at `context` tokens (roomForWeights).
/// Null: none does.
const Device* smallestDevice(
    std::span<const Device> devices, const ModelConfig& config, int context, std::uint64_t bytes);

/// Seconds that making such a file is expected to take here, step by step.
struct SmallerWork {
    double losses = 0; ///< predicting them
    double rounding = 0;
    double measuring = 0;

    double total() const { return losses + rounding + measuring; }
};
/// `losses`, `evaluation`: the texts that losses are predicted and the result is measured on;
/// empty: it is not done. Tries for some 100 ms how fast the machine is. Throws Cancelled.
SmallerWork smallerWork(const Checkpoint& checkpoint, const FileMix& mix, RunText losses,
    RunText calibration, RunText evaluation, const Progress& progress);

} // namespace core
