// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/bytereader.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <cassert>
#include <utility>

namespace core {

ByteReader::ByteReader(std::span<const std::byte> bytes, std::string place, std::string whyShort)
    : m_bytes(bytes)
    , m_place(std::move(place))
    , m_whyShort(std::move(whyShort))
{
}

std::string ByteReader::whyShort(std::uint64_t needed) const
{
    constexpr std::uint64_t longest = std::uint64_t(1) << 48; // 256 TiB: more is damage
    return needed < longest && !m_whyShort.empty() ? ": " + m_whyShort : std::string();
}

std::span<const std::byte> ByteReader::bytes(std::uint64_t length, const char* what)
{
    if (length > left())
        throw Error(text(m_place, ": ", what, " needs ", length, " bytes at byte ", m_position,
            ", the file has ", m_bytes.size(), whyShort(length)));
    const auto found = m_bytes.subspan(m_position, std::size_t(length));
    m_position += std::size_t(length);
    return found;
}

std::string ByteReader::string(std::uint64_t length, const char* what)
{
    const auto found = bytes(length, what);
    return std::string(reinterpret_cast<const char*>(found.data()), found.size());
}

std::uint64_t ByteReader::count(
    std::uint64_t count, std::size_t minimumBytes, const char* what) const
{
    assert(minimumBytes > 0);
    if (count > left() / minimumBytes)
        throw Error(text(m_place, ": ", count, " ", what, " announced at byte ", m_position,
            " need at least ", minimumBytes, " bytes each, the file has only ", left(), " left",
            whyShort(count)));
    return count;
}

} // namespace core
