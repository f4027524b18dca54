// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/bitsandbytesrows.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace core {

namespace {

    std::vector<StoredTensor> partsOf(const FourBitState& state)
    {
        std::vector<StoredTensor> parts{ state.codes, state.map, state.scales };
        if (state.nested) {
            parts.push_back(state.nested->map);
            parts.push_back(state.nested->scales);
        }
        return parts;
    }

    void requireCount(const StoredTensor& tensor, std::int64_t count)
    {
        if (weightCount(tensor.shape) != std::uint64_t(count))
            throw Error(text(tensor.file, ": tensor ", tensor.name.substr(0, 200), " has shape ",
                shapeText(tensor.shape), ", expected ", count, " numbers"));
    }

    std::int64_t blocksIn(std::int64_t count, std::int64_t blockSize)
    {
        return (count + blockSize - 1) / blockSize;
    }

} // namespace

FourBitRows::FourBitRows(FourBitState state)
    : QuantizedRows(state.rows, state.columns, partsOf(state))
    , m_state(std::move(state))
{
    const std::int64_t count = m_state.rows * m_state.columns;
    const std::int64_t blocks = blocksIn(count, m_state.blockSize);
    requireStoredAs(m_state.codes, { &formats::u8 });
    requireCount(m_state.codes, (count + 1) / 2);
    requireStoredAs(m_state.map, { &formats::f32 });
    requireCount(m_state.map, 16);
    requireCount(m_state.scales, blocks);
    requireStoredAs(m_state.scales, { m_state.nested ? &formats::u8 : &formats::f32 });
    if (!m_state.nested)
        return;
    requireStoredAs(m_state.nested->map, { &formats::f32 });
    requireCount(m_state.nested->map, 256);
    requireStoredAs(m_state.nested->scales, { &formats::f32 });
    requireCount(m_state.nested->scales, blocksIn(blocks, m_state.nested->blockSize));
}

/// Scales `first` … of the blocks.
std::vector<float> FourBitRows::scalesOf(std::int64_t first, std::int64_t count) const
{
    auto scales = decodedValues(m_state.scales, std::uint64_t(first), std::uint64_t(count));
    if (!m_state.nested)
        return scales;
    const FourBitState::Nested& nested = *m_state.nested;
    const auto map = decodedValues(nested.map, 0, 256);
    const std::int64_t outerFirst = first / nested.blockSize;
    const auto outer = decodedValues(nested.scales, std::uint64_t(outerFirst),
        std::uint64_t(blocksIn(first + count, nested.blockSize) - outerFirst));
    for (std::int64_t i = 0; i < count; ++i) {
        float& scale = scales[std::size_t(i)];
        scale = map[std::size_t(scale)]
                * outer[std::size_t((first + i) / nested.blockSize - outerFirst)]
            + nested.offset;
    }
    return scales;
}

Matrix FourBitRows::rows(std::int64_t first, std::int64_t count) const
{
    const std::int64_t columns = m_state.columns, size = m_state.blockSize;
    const std::int64_t start = first * columns, end = start + count * columns;
    Matrix weights(count, columns);
    if (weights.size() == 0)
        return weights;
    const auto map = decodedValues(m_state.map, 0, 16);
    const std::int64_t firstBlock = start / size;
    const auto scales = scalesOf(firstBlock, (end - 1) / size + 1 - firstBlock);
    for (std::int64_t i = start; i < end; ++i) {
        const auto both = std::to_integer<unsigned>(m_state.codes.bytes[std::size_t(i / 2)]);
        weights.data()[i - start]
            = map[i % 2 == 0 ? both >> 4 : both & 15] * scales[std::size_t(i / size - firstBlock)];
    }
    return weights;
}

std::string FourBitRows::grid() const
{
    std::string type = m_state.type;
    std::ranges::transform(
        type, type.begin(), [](unsigned char c) { return char(std::toupper(c)); });
    return text(
        type, ", blocks of ", m_state.blockSize, m_state.nested ? ", scales in 8 bits" : "");
}

} // namespace core
