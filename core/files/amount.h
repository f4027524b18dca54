// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace core {

/// Bytes for a message: "999 bytes", "8.40 MB" (three digits, decimal units).
std::string amountText(std::uint64_t bytes);

/// How much of a whole there is, with as many digits as tell the two apart: "28.2 of 30.1 MB".
/// Requires: have < whole.
std::string partText(std::uint64_t have, std::uint64_t whole);

/// How a message about a file that is too short ends.
inline constexpr const char* notComplete = "the download is not complete";

/// Throws Error: "«place»: holds 28.2 of 30.1 MB: the download is not complete".
/// Requires: have < whole.
[[noreturn]] void failIncomplete(const std::string& place, std::uint64_t have, std::uint64_t whole);

} // namespace core
