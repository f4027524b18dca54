// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/integerrows.h"

#include "core/base/error.h"
#include "core/base/half.h"
#include "core/base/text.h"
#include "core/formats/blockbytes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace core {

namespace {

    constexpr std::int64_t blockColumns = 32; ///< of Q4_0, Q4_1, Q5_0 and Q8_0

    std::vector<StoredTensor> partsOf(const GroupedIntegers& grid)
    {
        std::vector<StoredTensor> parts{ grid.codes.tensor(), grid.scales };
        if (grid.zeros)
            parts.push_back(grid.zeros->tensor());
        if (grid.groupOf)
            parts.push_back(*grid.groupOf);
        return parts;
    }

    bool isHalf(float value)
    {
        return std::isfinite(value) && halfToFloat(floatToHalf(value)) == value;
    }

    /// The smallest and the largest code.
    std::pair<int, int> rangeOfCodes(const PackedIntegers::Layout& layout)
    {
        const int count = 1 << layout.bits;
        if (layout.coding == PackedIntegers::Coding::Unsigned)
            return { 0, count - 1 };
        return { -count / 2, count / 2 - 1 };
    }

} // namespace

/// Scales and zeros of some rows: those of row r are r·groups … in both lists.
struct IntegerRows::Groups {
    std::vector<float> scales;
    std::vector<int> zeros;
};

IntegerRows::IntegerRows(GroupedIntegers grid)
    : QuantizedRows(grid.rows, grid.columns, partsOf(grid))
    , m_grid(std::move(grid))
{
    requireStoredAs(m_grid.scales, { &formats::f16, &formats::bf16, &formats::f32 });
    const std::uint64_t count = weightCount(m_grid.scales.shape).value_or(0);
    const auto rowCountU = std::uint64_t(m_grid.rows);
    if (count != 1 && count != rowCountU && count != rowCountU * std::uint64_t(m_grid.groups))
        throw Error(text(m_grid.scales.file, ": tensor ", m_grid.scales.name.substr(0, 200),
            " has shape ", shapeText(m_grid.scales.shape), ", expected ", m_grid.groups,
            " scales for each of ", m_grid.rows, " rows"));
    if (m_grid.groupOf) {
        requireStoredAs(*m_grid.groupOf, { &formats::i32, &formats::i64 });
        requireShape(*m_grid.groupOf, { m_grid.columns });
    }
}

IntegerRows::Groups IntegerRows::groupsOf(std::int64_t first, std::int64_t count) const
{
    const std::int64_t groups = m_grid.groups;
    const bool isTurned = m_grid.orientation == GroupedIntegers::Orientation::ColumnsByRows;
    const auto scaleCount = std::int64_t(weightCount(m_grid.scales.shape).value_or(0));
    const bool isOneARow = scaleCount == m_grid.rows;
    Groups result{ std::vector<float>(std::size_t(count * groups)),
        std::vector<int>(std::size_t(count * groups), m_grid.fixedZero) };
    const auto [least, most] = rangeOfCodes(m_grid.codes.layout());
    for (std::int64_t g = 0; g < groups; ++g) {
        std::vector<float> line; // of this group, where the scales of one lie together
        if (isTurned && !isOneARow && scaleCount != 1)
            line = decodedValues(
                m_grid.scales, std::uint64_t(g * m_grid.rows + first), std::uint64_t(count));
        for (std::int64_t r = 0; r < count; ++r) {
            const auto at = std::size_t(r * groups + g);
            if (!line.empty())
                result.scales[at] = line[std::size_t(r)];
            if (!m_grid.zeros)
                continue;
            const int zero
                = isTurned ? m_grid.zeros->at(g, first + r) : m_grid.zeros->at(first + r, g);
            const int span = most - least + 1;
            result.zeros[at] = least + (zero + m_grid.zeroShift - least) % span;
        }
    }
    if (!isTurned || isOneARow || scaleCount == 1) {
        const std::int64_t each = scaleCount == 1 ? 0 : isOneARow ? 1 : groups;
        const auto values = decodedValues(m_grid.scales, std::uint64_t(first * each),
            std::uint64_t(std::max<std::int64_t>(1, count * each)));
        for (std::int64_t r = 0; r < count; ++r)
            for (std::int64_t g = 0; g < groups; ++g)
                result.scales[std::size_t(r * groups + g)]
                    = values[std::size_t(r * each + (each > 1 ? g : 0))];
    }
    for (float& scale : result.scales)
        scale *= m_grid.scaleFactor;
    return result;
}

std::vector<std::int32_t> IntegerRows::groupOfColumns() const
{
    std::vector<std::int32_t> groups(std::size_t(m_grid.columns));
    if (!m_grid.groupOf) {
        for (std::int64_t c = 0; c < m_grid.columns; ++c)
            groups[std::size_t(c)] = std::int32_t(c / m_grid.groupSize);
        return groups;
    }
    const auto stored = storedGroups();
    if (const auto bad = firstOutside(stored); bad != stored.end())
        throw Error(text(m_grid.groupOf->file, ": tensor ", m_grid.groupOf->name.substr(0, 200),
            " puts column ", bad - stored.begin(), " into group ", *bad, ", expected 0 to ",
            m_grid.groups - 1));
    std::ranges::transform(stored, groups.begin(), [](float group) { return std::int32_t(group); });
    return groups;
}

std::vector<float> IntegerRows::storedGroups() const
{
    return m_grid.groupOf ? decodedValues(*m_grid.groupOf, 0, std::uint64_t(m_grid.columns))
                          : std::vector<float>();
}

std::vector<float>::const_iterator IntegerRows::firstOutside(
    const std::vector<float>& storedGroups) const
{
    return std::ranges::find_if(
        storedGroups, [this](float group) { return group < 0 || group >= float(m_grid.groups); });
}

int IntegerRows::codeAt(std::int64_t row, std::int64_t column) const
{
    return m_grid.orientation == GroupedIntegers::Orientation::ColumnsByRows
        ? m_grid.codes.at(column, row)
        : m_grid.codes.at(row, column);
}

Matrix IntegerRows::rows(std::int64_t first, std::int64_t count) const
{
    const Groups groups = groupsOf(first, count);
    const auto groupOf = groupOfColumns();
    Matrix weights(count, m_grid.columns);
    const auto set = [&](std::int64_t r, std::int64_t c) {
        const auto at = std::size_t(r * m_grid.groups + groupOf[std::size_t(c)]);
        weights(r, c) = groups.scales[at] * float(codeAt(first + r, c) - groups.zeros[at]);
    };
    if (m_grid.orientation == GroupedIntegers::Orientation::ColumnsByRows) {
        for (std::int64_t c = 0; c < m_grid.columns; ++c) // as the codes lie
            for (std::int64_t r = 0; r < count; ++r)
                set(r, c);
    } else {
        for (std::int64_t r = 0; r < count; ++r)
            for (std::int64_t c = 0; c < m_grid.columns; ++c)
                set(r, c);
    }
    return weights;
}

const Format* IntegerRows::formatFor(const Groups& groups) const
{
    if (!std::ranges::all_of(groups.scales, isHalf))
        return nullptr;
    const auto [least, most] = rangeOfCodes(m_grid.codes.layout());
    const auto [lowZero, highZero] = std::ranges::minmax(groups.zeros);
    const int lowest = least - highZero, highest = most - lowZero;
    const auto fits = [&](int from, int to) { return lowest >= from && highest <= to; };
    if (fits(-8, 7))
        return &formats::q4_0;
    bool hasHalfMinimum = m_grid.codes.layout().bits <= 4;
    for (std::size_t i = 0; hasHalfMinimum && i < groups.scales.size(); ++i)
        hasHalfMinimum = isHalf(groups.scales[i] * float(least - groups.zeros[i]));
    if (hasHalfMinimum)
        return &formats::q4_1;
    return fits(-16, 15) ? &formats::q5_0 : fits(-128, 127) ? &formats::q8_0 : nullptr;
}

const Format* IntegerRows::findExactFormat() const
{
    const bool hasWholeBlocks = m_grid.columns % blockColumns == 0
        && (m_grid.groups == 1 || m_grid.groupSize % blockColumns == 0);
    const auto stored = storedGroups();
    if (!hasWholeBlocks || firstOutside(stored) != stored.end())
        return nullptr;
    const auto groupOf = groupOfColumns();
    for (std::size_t c = 0; c < groupOf.size(); ++c)
        if (groupOf[c] != groupOf[c / blockColumns * blockColumns])
            return nullptr;
    return formatFor(groupsOf(0, m_grid.rows));
}

std::vector<std::byte> IntegerRows::exactRows(
    const Format& format, std::int64_t first, std::int64_t count) const
{
    const Groups groups = groupsOf(first, count);
    const auto groupOf = groupOfColumns();
    const int least = rangeOfCodes(m_grid.codes.layout()).first;
    const bool hasMinimum = &format == &formats::q4_1;
    const int half = &format == &formats::q4_0 ? 8 : &format == &formats::q5_0 ? 16 : 128;
    std::vector<std::byte> bytes(std::size_t(count) * format.rowBytes(std::size_t(m_grid.columns)));
    std::byte* block = bytes.data();
    std::array<std::uint8_t, blockColumns> codes;
    for (std::int64_t r = 0; r < count; ++r)
        for (std::int64_t c = 0; c < m_grid.columns;
             c += blockColumns, block += format.blockBytes) {
            const auto at = std::size_t(r * m_grid.groups + groupOf[std::size_t(c)]);
            formats::storeHalf(groups.scales[at], block);
            if (hasMinimum)
                formats::storeHalf(groups.scales[at] * float(least - groups.zeros[at]), block + 2);
            const int shift = hasMinimum ? -least : half - groups.zeros[at];
            for (std::int64_t i = 0; i < blockColumns; ++i)
                codes[std::size_t(i)] = std::uint8_t(codeAt(first + r, c + i) + shift);
            format.grid->storeCodes(codes.data(), block);
        }
    return bytes;
}

} // namespace core
