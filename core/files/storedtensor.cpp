// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/storedtensor.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <cassert>
#include <limits>

namespace core {

namespace {

    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();

    std::optional<std::uint64_t> product(std::uint64_t a, std::uint64_t b)
    {
        if (b != 0 && a > largest / b)
            return std::nullopt;
        return a * b;
    }

} // namespace

std::string_view storedType(const StoredTensor& tensor)
{
    return tensor.format ? tensor.format->name : tensor.dtype;
}

std::vector<float> decodedValues(
    const StoredTensor& tensor, std::uint64_t first, std::uint64_t count)
{
    if (!tensor.format)
        throw Error(text(tensor.file, ": tensor ", tensor.name, " is stored as ", tensor.dtype,
            ", which cannot be decoded, expected floats or whole numbers"));
    const Format& format = *tensor.format;
    const std::uint64_t blockSize = std::uint64_t(format.blockSize);
    assert(first % blockSize == 0);
    const std::uint64_t all = tensor.bytes.size() / std::size_t(format.blockBytes) * blockSize;
    const std::uint64_t wanted = std::min(count, all - std::min(first, all));
    const std::uint64_t blocks = (wanted + blockSize - 1) / blockSize;
    std::vector<float> values(std::size_t(blocks * blockSize));
    if (blocks > 0)
        format.decodeBlocks(
            tensor.bytes.data() + first / blockSize * std::uint64_t(format.blockBytes),
            std::size_t(blocks), values.data());
    values.resize(std::size_t(wanted));
    return values;
}

std::optional<std::uint64_t> weightCount(std::span<const std::int64_t> shape)
{
    std::optional<std::uint64_t> weights = 1;
    bool isEmpty = false; // [2^40, 2^40, 0] has no weights, whatever its product does on the way
    for (const std::int64_t dimension : shape) {
        if (dimension < 0)
            return std::nullopt;
        isEmpty = isEmpty || dimension == 0;
        if (weights)
            weights = product(*weights, std::uint64_t(dimension));
    }
    return isEmpty ? 0 : weights;
}

std::optional<std::uint64_t> byteCount(const Format& format, std::span<const std::int64_t> shape)
{
    const auto weights = weightCount(shape);
    const std::int64_t columns = shape.empty() ? 1 : shape.back();
    if (!weights || !format.fits(std::size_t(columns)))
        return std::nullopt;
    return product(*weights / std::uint64_t(format.blockSize), std::uint64_t(format.blockBytes));
}

std::string shapeText(std::span<const std::int64_t> shape)
{
    std::string result = "[";
    for (const std::int64_t dimension : shape)
        result += (result.size() > 1 ? ", " : "") + std::to_string(dimension);
    return result + "]";
}

} // namespace core
