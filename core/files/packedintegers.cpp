// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/packedintegers.h"

#include "core/files/quantizedrows.h"

#include <array>
#include <cassert>
#include <cstring>
#include <utility>

namespace core {

namespace {

    constexpr int wordBits = 32;
    constexpr std::array<int, 8> awqPlaces{ 0, 4, 1, 5, 2, 6, 3, 7 }; ///< of columns 0 … 7

    std::int64_t wordsFor(std::int64_t integers, int bits)
    {
        return (integers * bits + wordBits - 1) / wordBits;
    }

} // namespace

PackedIntegers::PackedIntegers(StoredTensor tensor, const Layout& layout)
    : m_tensor(std::move(tensor))
    , m_layout(layout)
{
    assert(layout.bits >= 1 && layout.bits <= 8);
    if (layout.coding == Coding::Signed) {
        requireStoredAs(m_tensor, { &formats::i8 });
        requireShape(m_tensor, { layout.rows, layout.columns });
        return;
    }
    requireStoredAs(m_tensor, { &formats::i32, &formats::u32 });
    const bool isDown = layout.lines == Lines::Columns;
    m_wordColumns = isDown ? layout.columns : wordsFor(layout.columns, layout.bits);
    requireShape(
        m_tensor, { isDown ? wordsFor(layout.rows, layout.bits) : layout.rows, m_wordColumns });
}

int PackedIntegers::at(std::int64_t row, std::int64_t column) const
{
    if (m_layout.coding == Coding::Signed)
        return std::to_integer<std::int8_t>(
            m_tensor.bytes[std::size_t(row * m_layout.columns + column)]);
    const bool isDown = m_layout.lines == Lines::Columns;
    if (m_layout.lines == Lines::AwqRows)
        column = column / 8 * 8 + awqPlaces[std::size_t(column % 8)];
    const std::int64_t bit = (isDown ? row : column) * m_layout.bits;
    const std::int64_t step = isDown ? m_wordColumns : 1;
    const std::int64_t word
        = isDown ? bit / wordBits * step + column : row * m_wordColumns + bit / wordBits;
    const auto wordAt = [&](std::int64_t index) {
        std::uint32_t value;
        std::memcpy(&value, m_tensor.bytes.data() + 4 * index, sizeof(value));
        return std::uint64_t(value);
    };
    const int shift = int(bit % wordBits);
    std::uint64_t bits = wordAt(word);
    if (shift + m_layout.bits > wordBits)
        bits |= wordAt(word + step) << wordBits;
    const int stored = int(bits >> shift & ((1u << m_layout.bits) - 1));
    return m_layout.coding == Coding::Offset ? stored - (1 << (m_layout.bits - 1)) : stored;
}

} // namespace core
