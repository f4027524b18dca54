// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/floatrows.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/formats/float8.h"

#include <algorithm>
#include <utility>

namespace core {

namespace {

    std::int64_t dividedUp(std::int64_t size, std::int64_t by) { return (size + by - 1) / by; }

    std::int64_t rowsIn(const StoredTensor& tensor)
    {
        return tensor.shape.size() == 2 ? tensor.shape[0] : 0;
    }
    std::int64_t columnsIn(const StoredTensor& tensor)
    {
        return tensor.shape.size() == 2 ? tensor.shape[1] : 0;
    }

    /// Throws Error unless the tensor has `each` bytes for every row.
    void requireBytes(const StoredTensor& tensor, std::int64_t rows, std::int64_t each)
    {
        if (tensor.bytes.size() != std::size_t(rows) * std::size_t(each))
            throw Error(text(tensor.file, ": tensor ", tensor.name.substr(0, 200), " has ",
                tensor.bytes.size(), " bytes, expected ", each, " for each of ", rows, " rows"));
    }

    unsigned byteAt(const StoredTensor& tensor, std::int64_t index)
    {
        return std::to_integer<unsigned>(tensor.bytes[std::size_t(index)]);
    }

    /// The E2M1 number of weight i of a row of bytes.
    unsigned numberAt(const std::byte* row, std::int64_t i)
    {
        return std::to_integer<unsigned>(row[i / 2]) >> 4 * (i % 2) & 15;
    }

    /// Numbers `half` … of a group as ggml lays them: i in the lower, i + half in the upper half.
    void storeGroup(const std::byte* row, std::int64_t first, std::int64_t half, std::byte* target)
    {
        for (std::int64_t i = 0; i < half; ++i)
            target[i] = std::byte(numberAt(row, first + i) | numberAt(row, first + half + i) << 4);
    }

} // namespace

Float8Rows::Float8Rows(
    StoredTensor weight, StoredTensor scales, std::int64_t blockRows, std::int64_t blockColumns)
    : QuantizedRows(rowsIn(weight), columnsIn(weight), { weight, scales })
    , m_weight(std::move(weight))
    , m_scales(std::move(scales))
{
    requireStoredAs(m_weight, { &formats::f8_E4M3, &formats::f8_E5M2 });
    requireStoredAs(m_scales, { &formats::f32, &formats::bf16, &formats::f16, &formats::f8_E8M0 });
    if (rowCount() < 1 || columnCount() < 1)
        throw Error(text(m_weight.file, ": tensor ", m_weight.name.substr(0, 200), " has shape ",
            shapeText(m_weight.shape), ", expected rows and columns"));
    const auto count = weightCount(m_scales.shape).value_or(0);
    const bool isMatrix = m_scales.shape.size() == 2;
    if (count == 1) {
        m_blockRows = rowCount();
        m_blockColumns = columnCount();
    } else if (count == std::uint64_t(rowCount()) && (!isMatrix || m_scales.shape[1] == 1)) {
        m_scaleRows = rowCount();
        m_blockColumns = columnCount();
    } else {
        m_blockRows = blockRows;
        m_blockColumns = blockColumns;
        m_scaleRows = dividedUp(rowCount(), blockRows);
        m_scaleColumns = dividedUp(columnCount(), blockColumns);
        requireShape(m_scales, { m_scaleRows, m_scaleColumns });
    }
}

Matrix Float8Rows::rows(std::int64_t first, std::int64_t count) const
{
    const auto values = decodedValues(
        m_weight, std::uint64_t(first * columnCount()), std::uint64_t(count * columnCount()));
    Matrix weights = Eigen::Map<const Matrix>(values.data(), count, columnCount());
    for (std::int64_t r = 0; r < count; ++r) {
        const auto scales
            = decodedValues(m_scales, std::uint64_t((first + r) / m_blockRows * m_scaleColumns),
                std::uint64_t(m_scaleColumns));
        for (std::int64_t c = 0; c < columnCount(); ++c)
            weights(r, c) *= scales[std::size_t(c / m_blockColumns)];
    }
    return weights;
}

std::string Float8Rows::grid() const
{
    const char* numbers = m_weight.format == &formats::f8_E4M3 ? "FP8 E4M3, " : "FP8 E5M2, ";
    if (m_scaleRows == 1 && m_scaleColumns == 1)
        return text(numbers, "one scale");
    if (m_blockRows == 1)
        return text(numbers, "a scale for each row");
    return text(numbers, "blocks of ", m_blockRows, " × ", m_blockColumns);
}

Mxfp4Rows::Mxfp4Rows(
    std::int64_t rows, std::int64_t columns, StoredTensor codes, StoredTensor scales)
    : QuantizedRows(rows, columns, { codes, scales })
    , m_codes(std::move(codes))
    , m_scales(std::move(scales))
{
    requireStoredAs(m_codes, { &formats::u8 });
    requireStoredAs(m_scales, { &formats::u8, &formats::f8_E8M0 });
    requireBytes(m_codes, rows, columns / 2);
    requireBytes(m_scales, rows, columns / 32);
}

Matrix Mxfp4Rows::rows(std::int64_t first, std::int64_t count) const
{
    const auto bytes = exactRows(formats::mxfp4, first, count);
    Matrix weights(count, columnCount());
    formats::mxfp4.decodeBlocks(
        bytes.data(), bytes.size() / std::size_t(formats::mxfp4.blockBytes), weights.data());
    return weights;
}

std::string Mxfp4Rows::grid() const { return "MXFP4: FP4 E2M1, groups of 32 with powers of two"; }

std::vector<std::byte> Mxfp4Rows::exactRows(
    const Format& format, std::int64_t first, std::int64_t count) const
{
    const std::int64_t groups = count * (columnCount() / 32), start = first * (columnCount() / 32);
    std::vector<std::byte> bytes(std::size_t(groups) * std::size_t(format.blockBytes));
    std::byte* block = bytes.data();
    for (std::int64_t g = start; g < start + groups; ++g, block += format.blockBytes) {
        block[0] = m_scales.bytes[std::size_t(g)];
        storeGroup(m_codes.bytes.data() + g * 16, 0, 16, block + 1);
    }
    return bytes;
}

Nvfp4Rows::Nvfp4Rows(std::int64_t rows, std::int64_t columns, StoredTensor codes,
    StoredTensor scales, StoredTensor factor, Global global)
    : QuantizedRows(rows, columns, { codes, scales, factor })
    , m_codes(std::move(codes))
    , m_scales(std::move(scales))
    , m_factor(std::move(factor))
    , m_global(global)
{
    requireStoredAs(m_codes, { &formats::u8 });
    requireStoredAs(m_scales, { &formats::f8_E4M3 });
    requireStoredAs(m_factor, { &formats::f32 });
    requireBytes(m_codes, rows, columns / 2);
    requireBytes(m_scales, rows, columns / 16);
    requireBytes(m_factor, 1, 4);
}

float Nvfp4Rows::tensorScale() const
{
    const float stored = decodedValues(m_factor, 0, 1).front();
    return m_global == Global::Divides ? 1.0f / stored : stored;
}

Matrix Nvfp4Rows::rows(std::int64_t first, std::int64_t count) const
{
    using namespace formats::float8;
    const float factor = tensorScale();
    Matrix weights(count, columnCount());
    for (std::int64_t r = 0; r < count; ++r) {
        const std::byte* codes = m_codes.bytes.data() + (first + r) * (columnCount() / 2);
        for (std::int64_t c = 0; c < columnCount(); ++c) {
            const float scale = e4m3[byteAt(m_scales, ((first + r) * columnCount() + c) / 16)];
            weights(r, c) = e2m1[numberAt(codes, c)] * scale * factor; // the first product is exact
        }
    }
    return weights;
}

std::string Nvfp4Rows::grid() const
{
    return "NVFP4: FP4 E2M1, groups of 16 with E4M3 scales and one scale of the tensor";
}

const Format* Nvfp4Rows::findExactFormat() const
{
    const auto isOther = [](std::byte scale) { return scale >= std::byte(0x7f); };
    return columnCount() % formats::nvfp4.blockSize == 0
            && std::ranges::none_of(m_scales.bytes, isOther)
        ? &formats::nvfp4
        : nullptr;
}

std::vector<std::byte> Nvfp4Rows::exactRows(
    const Format& format, std::int64_t first, std::int64_t count) const
{
    constexpr std::int64_t groups = 4; // of 16 weights in a block of 64
    const std::int64_t blocks = count * (columnCount() / format.blockSize);
    const std::int64_t start = first * (columnCount() / format.blockSize);
    std::vector<std::byte> bytes(std::size_t(blocks) * std::size_t(format.blockBytes));
    std::byte* block = bytes.data();
    for (std::int64_t b = start; b < start + blocks; ++b, block += format.blockBytes)
        for (std::int64_t g = 0; g < groups; ++g) {
            block[g] = m_scales.bytes[std::size_t(b * groups + g)];
            storeGroup(m_codes.bytes.data() + b * 32, g * 16, 8, block + groups + g * 8);
        }
    return bytes;
}

} // namespace core
