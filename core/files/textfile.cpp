// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/textfile.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/mappedfile.h"
#include "core/files/pipereader.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>
#include <utility>

namespace core {

namespace {

    constexpr std::size_t maximumBytes = std::size_t(1) << 30;

    /// Length of the UTF-8 character at `start`, or 0 if there is none. RFC 3629, section 4.
    std::size_t characterLength(std::string_view bytes, std::size_t start)
    {
        const auto at = [&](std::size_t i) -> unsigned {
            return start + i < bytes.size() ? static_cast<unsigned char>(bytes[start + i]) : 0;
        };
        const auto isTail = [&](std::size_t i) { return (at(i) & 0xC0) == 0x80; };
        const unsigned first = at(0);
        if (first < 0x80)
            return 1;
        if (first >= 0xC2 && first <= 0xDF)
            return isTail(1) ? 2 : 0;
        if (first >= 0xE0 && first <= 0xEF) {
            const bool isOverlong = first == 0xE0 && at(1) < 0xA0;
            const bool isSurrogate = first == 0xED && at(1) > 0x9F;
            return isTail(1) && isTail(2) && !isOverlong && !isSurrogate ? 3 : 0;
        }
        if (first >= 0xF0 && first <= 0xF4) {
            const bool isOverlong = first == 0xF0 && at(1) < 0x90;
            const bool isTooLarge = first == 0xF4 && at(1) > 0x8F;
            return isTail(1) && isTail(2) && isTail(3) && !isOverlong && !isTooLarge ? 4 : 0;
        }
        return 0;
    }

    [[noreturn]] void failSize(const std::filesystem::path& file, const std::string& size)
    {
        throw Error(text(
            file.string(), ": has ", size, " bytes, expected at most ", maximumBytes, " of text"));
    }

    /// What a pipe gives until its writers have closed it.
    std::string readPipe(const std::filesystem::path& file)
    {
        std::string result;
        PipeReader pipe(file);
        for (std::string piece = pipe.next(); !piece.empty(); piece = pipe.next()) {
            result += piece;
            if (result.size() > maximumBytes)
                failSize(file, text("more than ", maximumBytes));
        }
        if (result.empty())
            throw Error(text(file.string(),
                ": the pipe gives nothing, expected text; a pipe can be read only once"));
        return result;
    }

    std::string readBytes(const std::filesystem::path& file)
    {
        std::error_code none;
        if (std::filesystem::is_fifo(file, none))
            return readPipe(file);
        const auto mapped = MappedFile::open(file);
        const auto bytes = mapped->bytes();
        if (bytes.size() > maximumBytes)
            failSize(file, std::to_string(bytes.size()));
        std::string contents(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        mapped->requireUnchanged();
        return contents;
    }

    struct Mark {
        std::string_view bytes;
        const char* encoding;
    };
    using namespace std::string_view_literals;
    /// The longer ones first.
    constexpr std::array marks{ Mark{ "\xff\xfe\0\0"sv, "UTF-32 (little-endian)" },
        Mark{ "\0\0\xfe\xff"sv, "UTF-32 (big-endian)" },
        Mark{ "\xff\xfe"sv, "UTF-16 (little-endian)" },
        Mark{ "\xfe\xff"sv, "UTF-16 (big-endian)" } };

    constexpr std::size_t sampled = 4096; ///< bytes looked at for UTF-16 without a mark

    /// Throws Error for what is no UTF-8, by name where that can be told.
    void requireUtf8(std::string_view bytes, const std::string& place)
    {
        constexpr const char* wish = "expected UTF-8 text";
        for (const Mark& mark : marks) {
            if (bytes.starts_with(mark.bytes))
                throw Error(text(
                    place, ": begins with the byte order mark of ", mark.encoding, ", ", wish));
        }
        const auto start = bytes.substr(0, sampled);
        const auto zeros = std::size_t(std::count(start.begin(), start.end(), '\0'));
        if (zeros > 1 && zeros > start.size() / 8)
            throw Error(text(place, ": byte ", start.find('\0'), " is NUL and ", zeros - 1,
                " more are among the first ", start.size(), ", as in UTF-16 or a binary file, ",
                wish));
        if (const auto bad = findInvalidUtf8(bytes))
            throw Error(text(place, ": byte ", *bad, " is no part of a UTF-8 character, ", wish));
    }

    std::size_t count(std::string_view text, std::string_view what)
    {
        std::size_t found = 0;
        for (auto at = text.find(what); at != std::string_view::npos;
             at = text.find(what, at + what.size()))
            ++found;
        return found;
    }

} // namespace

std::optional<std::size_t> findInvalidUtf8(std::string_view bytes)
{
    for (std::size_t i = 0; i < bytes.size();) {
        const std::size_t length = characterLength(bytes, i);
        if (length == 0)
            return i;
        i += length;
    }
    return std::nullopt;
}

namespace {

    /// Takes a byte order mark off and notes what there is to note.
    NotedText noted(std::string bytes, const std::string& place)
    {
        requireUtf8(bytes, place);
        NotedText result{ std::move(bytes), {} };
        const auto note
            = [&](const auto&... words) { result.notes.push_back(text(place, words...)); };
        if (result.text.starts_with("\xef\xbb\xbf")) {
            result.text.erase(0, 3);
            note(": begins with a byte order mark, which is left out");
        }
        constexpr const char* asCharacters = "counted as characters, as llama.cpp does";
        if (const std::size_t ends = count(result.text, "\r\n"))
            note(": has ", ends, " CRLF line end", ends == 1 ? "; it is " : "s; they are ",
                asCharacters);
        if (const std::size_t zeros = count(result.text, std::string_view("\0", 1)))
            note(": has ", zeros, " NUL character", zeros == 1 ? "" : "s", ", the first at byte ",
                result.text.find('\0'), "; they are ", asCharacters);
        return result;
    }

    /// The start of a file, and whether there is more.
    std::pair<std::string, bool> startOf(const std::filesystem::path& file, std::size_t most)
    {
        std::ifstream stream(file, std::ios::binary);
        std::string start(most, '\0');
        if (!stream.read(start.data(), std::streamsize(most)))
            start.resize(std::size_t(stream.gcount()));
        const bool isMore = stream.good() && stream.peek() != std::ifstream::traits_type::eof();
        return { std::move(start), isMore };
    }

    /// Without the character that the end cuts, at most three bytes of it.
    void dropCutCharacter(std::string& bytes)
    {
        for (std::size_t tail = 1; tail <= 3 && tail <= bytes.size(); ++tail) {
            const std::size_t at = bytes.size() - tail;
            if ((static_cast<unsigned char>(bytes[at]) & 0xC0) == 0x80)
                continue;
            if (characterLength(bytes, at) == 0)
                bytes.resize(at);
            return;
        }
    }

} // namespace

NotedText readText(const std::filesystem::path& file)
{
    return noted(readBytes(file), file.string());
}

std::vector<std::string> textNotes(const std::filesystem::path& file)
{
    constexpr std::size_t lookedAt = 4 << 20; // a few milliseconds
    std::string place = file.filename().string();
    std::error_code none;
    if (!std::filesystem::exists(file, none))
        return { text(place, ": is not there, expected a text") };
    if (!std::filesystem::is_regular_file(file, none))
        return {};
    auto [start, isMore] = startOf(file, lookedAt);
    if (isMore) {
        dropCutCharacter(start);
        place += " (its first 4 MiB)";
    }
    try {
        return noted(std::move(start), place).notes;
    } catch (const Error& error) {
        return { error.what() };
    }
}

std::string readTextFile(const std::filesystem::path& file) { return readText(file).text; }

OptionalText readOptionalText(const std::filesystem::path& file)
{
    try {
        return { readTextFile(file), {} };
    } catch (const Error& error) {
        return { {}, text(error.what(), "; the file is passed over") };
    }
}

} // namespace core
