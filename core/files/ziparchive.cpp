// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/ziparchive.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/bytereader.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace core {

namespace {

    constexpr std::uint32_t entryMark = 0x04034b50, directoryMark = 0x02014b50,
                            endMark = 0x06054b50, farEndMark = 0x06064b50, locatorMark = 0x07064b50;
    constexpr std::size_t endBytes = 22, locatorBytes = 20, longestComment = 65535;
    constexpr std::uint32_t isFar = 0xffffffff; ///< the number stands in the zip64 part
    constexpr std::uint16_t zip64Part = 1;
    constexpr std::uint64_t mostEntries = 1 << 20; // a checkpoint has one a tensor

    /// Replaces the numbers that are too large for 32 bits by those of the extra field.
    void readZip64(ByteReader& extra, std::initializer_list<std::uint64_t*> numbers)
    {
        while (extra.left() >= 4) {
            const auto part = extra.number<std::uint16_t>("a part of an extra field");
            const auto length = extra.number<std::uint16_t>("its length");
            ByteReader inner(extra.bytes(length, "a part of an extra field"), extra.place());
            if (part != zip64Part)
                continue;
            for (std::uint64_t* number : numbers)
                if (*number == isFar)
                    *number = inner.number<std::uint64_t>("a 64-bit size");
        }
    }

} // namespace

ZipArchive::ZipArchive(std::span<const std::byte> bytes, std::string place)
    : m_bytes(bytes)
    , m_place(std::move(place))
{
    readDirectory(findDirectory());
}

ZipArchive::Directory ZipArchive::findDirectory() const
{
    const std::string_view all(reinterpret_cast<const char*>(m_bytes.data()), m_bytes.size());
    const std::size_t searched = std::min(all.size(), endBytes + longestComment);
    const std::size_t at = all.substr(all.size() - searched).rfind("PK\5\6");
    if (at == std::string_view::npos || searched - at < endBytes)
        throw Error(text(m_place, ": is a zip archive that has ", all.size(),
            " bytes and no directory at its end: the download is not complete"));
    const std::size_t end = all.size() - searched + at;
    ByteReader reader(m_bytes.subspan(end), m_place);
    reader.bytes(10, "the end of the archive");
    Directory directory;
    directory.entries = reader.number<std::uint16_t>("the number of entries");
    directory.size = reader.number<std::uint32_t>("the directory's size");
    directory.start = reader.number<std::uint32_t>("the directory's place");
    if (end < locatorBytes)
        return directory;
    ByteReader locator(m_bytes.subspan(end - locatorBytes, locatorBytes), m_place);
    if (locator.number<std::uint32_t>("a mark") != locatorMark)
        return directory;
    locator.bytes(4, "the locator");
    const auto farEnd = locator.number<std::uint64_t>("the place of the 64-bit end");
    ByteReader far(m_bytes, m_place);
    far.bytes(farEnd, "the 64-bit end of the archive");
    if (far.number<std::uint32_t>("a mark") != farEndMark)
        throw Error(text(m_place, ": byte ", farEnd, " of the zip archive begins no 64-bit end"));
    far.bytes(28, "the 64-bit end of the archive");
    directory.entries = far.number<std::uint64_t>("the number of entries");
    directory.size = far.number<std::uint64_t>("the directory's size");
    directory.start = far.number<std::uint64_t>("the directory's place");
    return directory;
}

void ZipArchive::readDirectory(const Directory& directory)
{
    ByteReader all(m_bytes, m_place);
    all.bytes(directory.start, "the zip archive's directory");
    ByteReader reader(all.bytes(directory.size, "the zip archive's directory"), m_place);
    if (directory.entries > mostEntries)
        throw Error(text(m_place, ": the zip archive has ", directory.entries,
            " entries, expected at most ", mostEntries));
    for (std::uint64_t i = 0; i < directory.entries; ++i) {
        if (reader.number<std::uint32_t>("a mark") != directoryMark)
            throw Error(text(m_place, ": entry ", i,
                " of the zip archive's directory has no mark, "
                "expected \"PK\" and 1, 2"));
        Entry entry{ .number = std::size_t(i) };
        reader.bytes(4, "versions");
        entry.flags = reader.number<std::uint16_t>("an entry's flags");
        entry.method = reader.number<std::uint16_t>("an entry's method");
        reader.bytes(8, "an entry's time and checksum");
        entry.stored = reader.number<std::uint32_t>("an entry's stored size");
        entry.size = reader.number<std::uint32_t>("an entry's size");
        const auto nameLength = reader.number<std::uint16_t>("the length of a name");
        const auto extraLength = reader.number<std::uint16_t>("the length of an extra field");
        const auto commentLength = reader.number<std::uint16_t>("the length of a comment");
        reader.bytes(8, "an entry's attributes");
        entry.start = reader.number<std::uint32_t>("an entry's place");
        std::string name = reader.string(nameLength, "an entry's name");
        ByteReader extra(reader.bytes(extraLength, "an extra field"), m_place);
        readZip64(extra, { &entry.size, &entry.stored, &entry.start });
        reader.bytes(commentLength, "a comment");
        m_entries.emplace(std::move(name), entry); // of two alike the first counts
    }
}

std::span<const std::byte> ZipArchive::entry(const std::string& name) const
{
    const auto found = m_entries.find(name);
    if (found == m_entries.end())
        throw Error(text(m_place, ": holds no ", name.substr(0, 200),
            ", expected it in the zip "
            "archive: the file is damaged"));
    const Entry& entry = found->second;
    const std::string place = text(m_place, ": ", name.substr(0, 200));
    if ((entry.flags & 1) != 0 || entry.method != 0)
        throw Error(text(place, " is ", (entry.flags & 1) != 0 ? "encrypted" : "compressed",
            " in the zip archive, expected it stored as it is"));
    ByteReader reader(m_bytes, place);
    reader.bytes(entry.start, "the entry");
    if (reader.number<std::uint32_t>("a mark") != entryMark)
        throw Error(text(place, ": byte ", entry.start, " begins no entry of the zip archive"));
    reader.bytes(22, "the entry's head");
    const auto nameLength = reader.number<std::uint16_t>("the length of a name");
    const auto extraLength = reader.number<std::uint16_t>("the length of an extra field");
    reader.bytes(std::uint64_t(nameLength) + extraLength, "name and extra field");
    return reader.bytes(entry.size, "the entry");
}

std::string ZipArchive::firstEndingIn(const std::string& tail) const
{
    const std::pair<const std::string, Entry>* first = nullptr;
    for (const auto& entry : m_entries)
        if (entry.first.ends_with(tail) && (!first || entry.second.number < first->second.number))
            first = &entry;
    return first ? first->first : std::string();
}

} // namespace core
