// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace core {

/// What SentencePiece writes for a space: U+2581, ▁.
constexpr std::string_view spaceMark = "\xE2\x96\x81";

/// `text` with `by` for each `what`, which is not empty.
std::string replaceAll(std::string_view text, std::string_view what, std::string_view by);

} // namespace core
