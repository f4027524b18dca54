// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace core {

// GPT-2's alphabet of bytes (openai/gpt-2, src/encoder.py, bytes_to_unicode): printable Latin-1
// characters stand for their own byte, the other 68 bytes in order for U+0100, U+0101, ….

/// The character that stands for each byte, as UTF-8.
const std::array<std::string, 256>& byteCharacters();

/// `bytes` in those characters.
std::string charactersOfBytes(std::string_view bytes);

/// The bytes that `token` stands for; a character outside the alphabet stands for itself.
std::string bytesOfToken(std::string_view token);

} // namespace core
