// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/storedtensor.h"

#include "core/base/text.h"

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
