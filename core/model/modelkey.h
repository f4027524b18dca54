// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"

#include <cstdint>
#include <string>

namespace core {

/// A model up to this size is known by all its bytes, a larger one by samples and by the state of
/// its files: reading it whole would take as long as working on it.
constexpr std::uint64_t wholeKeyBytes = 1'000'000'000;

/// The key of a model in what is computed from it: changes with any byte of its weights and with
/// what its configuration says of how to compute it. Up to `wholeKeyBytes` it is equal for a copy,
/// wherever it lies; above, it also changes when a file is replaced, moved or touched. Made when it
/// is first asked for (under 0.5 s), of the bytes as they were opened. Safe from any thread.
const std::string& contentKey(const Checkpoint& checkpoint);

/// A key of some kB of each tensor, the same for a copy of a model of any size: whether a file is
/// the model that is looked for, not whether each byte is as it was.
std::string sampleKey(const Checkpoint& checkpoint);

} // namespace core
