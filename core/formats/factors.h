// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

#include <cstddef>
#include <optional>

namespace core {

/// Where in a block the binary16 lies that every step of its groups is a multiple of, and the one
/// of their offsets: what can be refitted without touching codes or the scales of groups.
struct BlockFactors {
    std::size_t step; ///< byte of the block
    std::optional<std::size_t> offset; ///< none: the format has no offsets
};

/// Nothing for a format whose blocks have no such factor.
std::optional<BlockFactors> blockFactors(const Format& format);

/// The factor at a byte of `block`, and storing one: the nearest binary16.
float loadFactor(const std::byte* block, std::size_t at);
void storeFactor(float value, std::byte* block, std::size_t at);

} // namespace core
