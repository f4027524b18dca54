// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/charsmap.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <cstring>

namespace core {

namespace {

    std::uint32_t offsetOf(std::uint32_t unit) { return (unit >> 10) << ((unit & 1u << 9) >> 6); }
    bool hasValue(std::uint32_t unit) { return unit >> 8 & 1; }
    std::uint32_t labelOf(std::uint32_t unit) { return unit & (1u << 31 | 0xFF); }

} // namespace

CharsMap::CharsMap(std::string_view bytes, const std::string& place)
{
    if (bytes.empty())
        return;
    std::uint32_t size = 0;
    if (bytes.size() >= sizeof size)
        std::memcpy(&size, bytes.data(), sizeof size);
    if (bytes.size() <= sizeof size || size > bytes.size() - sizeof size || size % 4 != 0)
        throw Error(text(place, ": the character map has ", bytes.size(), " bytes and an array of ",
            size, ", expected a multiple of 4 that fits into it"));
    m_units.resize(size / 4);
    if (size > 0) // a vector of nothing has no address to copy to
        std::memcpy(m_units.data(), bytes.data() + sizeof size, size);
    m_replacements = bytes.substr(sizeof size + size);
    m_replacements += '\0';
}

std::optional<CharsMap::Match> CharsMap::find(std::string_view text) const
{
    std::optional<Match> longest;
    std::size_t node = m_units.empty() ? 0 : offsetOf(m_units[0]);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        node ^= byte;
        if (byte == 0 || node >= m_units.size() || labelOf(m_units[node]) != byte)
            break;
        const std::uint32_t unit = m_units[node];
        node ^= offsetOf(unit);
        if (node >= m_units.size())
            break;
        const std::size_t at = m_units[node] & ~(1u << 31);
        if (hasValue(unit) && at < m_replacements.size())
            longest = Match{ i + 1, std::string_view(m_replacements.c_str() + at) };
    }
    return longest;
}

} // namespace core
