// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace core {

/// A text and what is worth knowing of how it is written.
struct NotedText {
    std::string text;
    std::vector<std::string> notes; ///< sentences that name the file
};

/// The text of a file or pipe, known to be UTF-8. A byte order mark is left out; line ends stay as
/// they are, CRLF and NUL characters included: each of the three is a note. A pipe is read until
/// its end, so only once. Throws Error if it cannot be read, exceeds 1 GiB, is UTF-16 or UTF-32, is
/// no UTF-8 (at which byte), or is a pipe that gives nothing.
NotedText readText(const std::filesystem::path& file);

/// What reading a text would note or complain of, in sentences that name the file without its
/// folder: quick for a text of any size, of which the first 4 MiB are looked at. A pipe, which can
/// be read only once, is not. Never throws.
std::vector<std::string> textNotes(const std::filesystem::path& file);

/// The same as readText without the notes.
std::string readTextFile(const std::filesystem::path& file);

/// A text that something can be made of without it.
struct OptionalText {
    std::string text;
    std::string fault; ///< why there is none, in a sentence; empty: there is one
};

/// The same as readTextFile; what it would throw is the fault.
OptionalText readOptionalText(const std::filesystem::path& file);

/// Where `bytes` stop being UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF),
/// or nothing if they are UTF-8 throughout.
std::optional<std::size_t> findInvalidUtf8(std::string_view bytes);

} // namespace core
