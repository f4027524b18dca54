// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/textfile.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/mappedfile.h"

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

std::string readTextFile(const std::filesystem::path& file)
{
    const auto mapped = MappedFile::open(file);
    const auto bytes = mapped->bytes();
    if (bytes.size() > maximumBytes)
        throw Error(text(file.string(), ": has ", bytes.size(), " bytes, expected at most ",
            maximumBytes, " of text"));
    std::string result(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (const auto place = findInvalidUtf8(result))
        throw Error(text(file.string(), ": byte ", *place,
            " is no part of a UTF-8 character, expected UTF-8 text"));
    return result;
}

} // namespace core
