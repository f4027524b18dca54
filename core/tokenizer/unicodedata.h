// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace core::unicode {

// Tables of the Unicode Character Database, version 14.0: UnicodeData.txt (fields 3 and 5) and
// CompositionExclusions.txt.

/// A canonical decomposition into one character (`second` 0) or two.
struct Decomposition {
    char32_t character, first, second;
};
std::span<const Decomposition> decompositions(); ///< by character; without Hangul and what follows

/// Characters that are written for others: those from `first` on, in order, for those of `by`.
struct Compatible {
    char32_t first;
    std::u32string_view by;
};
std::span<const Compatible> compatibilityIdeographs();

/// Characters that decompose into two but are not composed again, ascending.
std::span<const char32_t> compositionExclusions();

/// Characters of one Canonical_Combining_Class that is not 0.
struct Combining {
    char32_t first, last;
    std::uint8_t order;
};
std::span<const Combining> combiningClasses(); ///< ascending

} // namespace core::unicode
