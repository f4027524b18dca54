// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quantize.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

/// A model of a few small layers, random tokens to calibrate it, and what tests ask of its runs.
namespace smallrun {

struct Shape {
    int layers = 3;
    bool isTied = true;
    int hidden = 256; ///< a multiple of 64; 256 for formats with blocks of as many
};
/// Writes the model into `folder` and opens it.
std::shared_ptr<const core::Checkpoint> openModel(
    const std::filesystem::path& folder, const Shape& shape);

/// 40 sequences of 32 random tokens of the checkpoint's vocabulary.
core::QuantizeOptions calibrated(const core::Checkpoint& checkpoint);

/// GPTQ with one sweep: sanitized programs are slow.
core::Recipe recipeOf(const core::Format* format, core::Method method);

/// GPTQ with every ingredient on.
core::Recipe everythingOn(const core::Format* format);

/// Of all tensors, one after the other.
std::vector<std::byte> allBytes(const core::Checkpoint& checkpoint);

/// What quantize() says; empty if nothing.
std::string errorOf(const std::shared_ptr<const core::Checkpoint>& checkpoint,
    const core::Recipe& recipe, const core::QuantizeOptions& options);

/// Runs until `tensors` of them are done, then cancels. Returns whether it was cancelled.
bool cancelAfter(int tensors, const std::shared_ptr<const core::Checkpoint>& checkpoint,
    const core::Recipe& recipe, const core::QuantizeOptions& options);

/// How many of the model's tensors were taken from the work folder.
int resumedTensors(const core::QuantizedModel& model);

} // namespace smallrun
