// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace core {

/// The bytes of a text file, known to be UTF-8; nothing is cut or converted, a byte order mark
/// included. Throws Error if it cannot be read, exceeds 1 GiB, or is no UTF-8 (at which byte).
std::string readTextFile(const std::filesystem::path& file);

/// Where `bytes` stop being UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF),
/// or nothing if they are UTF-8 throughout.
std::optional<std::size_t> findInvalidUtf8(std::string_view bytes);

} // namespace core
