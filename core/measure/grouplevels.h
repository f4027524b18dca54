// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

#include <cstddef>
#include <span>
#include <vector>

namespace core {

/// The levels of one real group of a rounded tensor, ascending.
struct GroupLevels {
    double step = 0; ///< size of the smallest difference of two levels
    std::vector<float> levels;
};

/// The least and the greatest level of a group.
struct GroupRange {
    double low = 0;
    double high = 0;
    double step = 0; ///< as GroupLevels::step
};

/// The ranges of all groups of an encoded row, in order. Requires: `format` has a grid.
std::vector<GroupRange> rangesOfRow(const Format& format, std::span<const std::byte> row);

/// All levels of group `group` of an encoded row. Requires: `format` has a grid.
GroupLevels levelsOfGroup(const Format& format, std::span<const std::byte> row, std::size_t group);

} // namespace core
