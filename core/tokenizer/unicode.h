// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace core {

// What of the Unicode Character Database tokenizers need beyond regular expressions.

bool isWhiteSpace(std::uint32_t character); ///< White_Space
bool isWordCharacter(std::uint32_t character); ///< letter, mark, digit or connector

/// Normalization form C (Unicode Standard Annex 15, Unicode 14) of valid UTF-8.
std::string composedText(std::string_view text);

} // namespace core
