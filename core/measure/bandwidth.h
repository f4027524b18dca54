// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"
#include "core/quant/plan.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace core {

/// A machine that may run the model. Figures are the maker's, decimal.
struct Device {
    std::string name; ///< "Raspberry Pi 5"
    double bytesPerSecond = 0; ///< of its memory
    double memoryBytes = 0;
    std::string source; ///< where the figures come from
};
/// Reads resources/devices.json. Throws Error.
std::vector<Device> readDevices(const std::filesystem::path& file);

/// Bytes that one generated token reads at `context` tokens: every matrix and norm once (a tied
/// embedding whole, as the head; an untied one is one row), the cacheBytes() of `context`
/// positions and the stateBytes().
std::uint64_t bytesPerToken(
    const Checkpoint& checkpoint, const std::vector<PlannedTensor>& plan, int context);
/// The same for the checkpoint as it is.
std::uint64_t bytesPerToken(const Checkpoint& checkpoint, int context);

/// Upper bound of tokens a second: the memory's bandwidth over the bytes that a token reads; 0
/// without a device (null).
double tokensPerSecond(const Device* device, std::uint64_t bytesPerToken);

/// The largest file that runs on `device` at `context` tokens: nine tenths of its memory, the rest
/// for the system and what a runtime computes in, less the cacheBytes().
std::uint64_t roomForWeights(const Device& device, const ModelConfig& config, int context);

/// Keys and values of `context` positions at F16: a layer with a window keeps at most that many.
std::uint64_t cacheBytes(const ModelConfig& config, int context);
/// What delta nets and short convolutions remember of a sequence, whatever its length, in F32 as
/// llama.cpp keeps it.
std::uint64_t stateBytes(const ModelConfig& config);

} // namespace core
