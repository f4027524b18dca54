// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

#include <cstddef>
#include <string_view>
#include <vector>

/// Single rows through the formats for study.
namespace studyrows {

/// Requires: a name that findFormat knows. Its member for rows of `columns` weights.
const core::Format& formatOf(std::string_view name, std::size_t columns);

std::vector<std::byte> encode(
    const core::Format& format, const std::vector<float>& row, const float* importance = nullptr);

std::vector<float> decode(const core::Format& format, const std::vector<std::byte>& bytes);

/// The row through `name`'s encoder and decoder.
std::vector<float> rounded(
    std::string_view name, const std::vector<float>& row, const float* importance = nullptr);

/// √(Σ w·(a − b)² / Σ w·a²)
double relativeError(
    const std::vector<float>& a, const std::vector<float>& b, const float* weight = nullptr);

} // namespace studyrows
