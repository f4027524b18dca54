// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace core {

/// A text made fit for Unicode expressions as llama.cpp does it: a byte that begins no character
/// becomes U+FFFD, an overlong form its character.
struct CleanText {
    std::string_view bytes; ///< what is tokenized
    std::string_view
        subject; ///< the same length, valid UTF-8: surrogates are private-use characters
    std::string bytesCopy, subjectCopy; ///< hold the above where they differ from the original

    /// `text` must outlive the result.
    explicit CleanText(std::string_view text);
    CleanText(const CleanText&) = delete;
    CleanText& operator=(const CleanText&) = delete;
};

/// The character at `at`, which is moved behind it, read as llama.cpp does (src/unicode.cpp):
/// overlong forms and surrogates pass, anything else that is no UTF-8 is one U+FFFD a byte.
std::uint32_t nextCharacter(std::string_view bytes, std::size_t& at);

/// Appends a character below U+110000, a surrogate like any other.
void appendUtf8(std::string& utf8, std::uint32_t character);

} // namespace core
