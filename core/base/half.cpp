// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/half.h"

#include "core/base/lanes.h"

#include <bit>
#include <cstring>

namespace core {

using namespace lanes;

static_assert(std::endian::native == std::endian::little, "files are little-endian");

namespace {

    // Binary16: 1 sign, 5 exponent (bias 15), 10 mantissa bits. Binary32: 1, 8 (bias 127), 23.
    constexpr std::uint32_t rebias = std::uint32_t(127 - 15) << 23;
    constexpr float smallestNormalHalf = 0x1p-14f;

    /// Written without branches, so that loops over it become vector instructions.
    inline float fromHalf(std::uint16_t half)
    {
        const std::uint32_t sign = std::uint32_t(half & 0x8000) << 16;
        const std::uint32_t magnitude = std::uint32_t(half & 0x7fff) << 13;
        const std::uint32_t normal = magnitude + rebias;
        // Infinity keeps its mantissa of 0; a NaN becomes a quiet one with its payload.
        const std::uint32_t quiet = magnitude > (0x7c00u << 13) ? 0x00400000u : 0u;
        const std::uint32_t special = (normal + rebias) | quiet;
        // A subnormal m·2⁻²⁴: give it the exponent of 2⁻¹⁴, then take that 2⁻¹⁴ away again.
        const float subnormal = std::bit_cast<float>(normal + (1u << 23)) - smallestNormalHalf;
        std::uint32_t bits
            = magnitude < (0x0400u << 13) ? std::bit_cast<std::uint32_t>(subnormal) : normal;
        bits = magnitude >= (0x7c00u << 13) ? special : bits;
        return std::bit_cast<float>(bits | sign);
    }

    inline std::uint16_t toHalf(float value)
    {
        const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
        const std::uint32_t sign = (bits >> 16) & 0x8000;
        const std::uint32_t magnitude = bits & 0x7fffffff;
        // Normal: add half a unit of the last kept place, less one if that place is even.
        const std::uint32_t normal = (magnitude - rebias + 0x0fff + ((magnitude >> 13) & 1)) >> 13;
        // Subnormal: beside 0.5 the float's own last place is 2⁻²⁴, so the addition does the
        // rounding.
        const std::uint32_t subnormal
            = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5f)
            - std::bit_cast<std::uint32_t>(0.5f);
        std::uint32_t half
            = magnitude < std::bit_cast<std::uint32_t>(smallestNormalHalf) ? subnormal : normal;
        half = magnitude >= std::bit_cast<std::uint32_t>(65520.0f) ? 0x7c00
                                                                   : half; // rounds to infinity
        half = magnitude > 0x7f800000 ? 0x7e00 : half; // every NaN becomes the same one, as in ggml
        return std::uint16_t(half | sign);
    }

    inline float fromBfloat16(std::uint16_t value)
    {
        return std::bit_cast<float>(std::uint32_t(value) << 16);
    }

    inline std::uint16_t toBfloat16(float value)
    {
        const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
        const std::uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
        const std::uint32_t quiet
            = (bits >> 16) | 0x40; // a NaN whose payload lies low must stay one
        return std::uint16_t((bits & 0x7fffffff) > 0x7f800000 ? quiet : rounded);
    }

    /// The same of several, one a lane.
    template<int width>
    QUANTSCOPE_KERNEL Floats<width> fromHalves(const Ints<width>& half)
    {
        const Ints<width> sign = (half & 0x8000) << 16;
        const Ints<width> magnitude = (half & 0x7fff) << 13;
        const Ints<width> normal = magnitude + int(rebias);
        const Ints<width> quiet = (magnitude > (0x7c00 << 13)) & 0x00400000;
        const Ints<width> special = (normal + int(rebias)) | quiet;
        const Ints<width> beside = normal + (1 << 23);
        const Floats<width> subnormal = load<Floats<width>>(&beside) - smallestNormalHalf;
        Ints<width> bits = magnitude < (0x0400 << 13) ? load<Ints<width>>(&subnormal) : normal;
        bits = (magnitude >= (0x7c00 << 13) ? special : bits) | sign;
        return load<Floats<width>>(&bits);
    }

    template<int width>
    QUANTSCOPE_KERNEL Ints<width> toHalves(const Floats<width>& values)
    {
        const auto bits = load<Ints<width>>(&values);
        const Ints<width> sign = (bits >> 16) & 0x8000;
        const Ints<width> magnitude = bits & 0x7fffffff;
        const Ints<width> normal
            = (magnitude - int(rebias) + 0x0fff + ((magnitude >> 13) & 1)) >> 13;
        const Floats<width> beside = load<Floats<width>>(&magnitude) + 0.5f;
        const Ints<width> subnormal
            = load<Ints<width>>(&beside) - int(std::bit_cast<std::uint32_t>(0.5f));
        Ints<width> half = magnitude < int(std::bit_cast<std::uint32_t>(smallestNormalHalf))
            ? subnormal
            : normal;
        half = magnitude >= int(std::bit_cast<std::uint32_t>(65520.0f)) ? Ints<width>{} + 0x7c00
                                                                        : half;
        half = magnitude > 0x7f800000 ? Ints<width>{} + 0x7e00 : half;
        return half | sign;
    }

    template<int width>
    QUANTSCOPE_KERNEL Floats<width> fromBfloat16s(const Ints<width>& values)
    {
        const Ints<width> bits = values << 16;
        return load<Floats<width>>(&bits);
    }

    template<int width>
    QUANTSCOPE_KERNEL Ints<width> toBfloat16s(const Floats<width>& values)
    {
        const auto bits = load<Ints<width>>(&values);
        const Ints<width> magnitude = bits & 0x7fffffff; // rounded apart from its sign: no overflow
        const Ints<width> sign = (bits >> 16) & 0x8000;
        const Ints<width> rounded = ((magnitude + 0x7fff + ((bits >> 16) & 1)) >> 16) | sign;
        return magnitude > 0x7f800000 ? (bits >> 16) | 0x40 : rounded;
    }

    template<int width, typename Convert, typename ConvertOne>
    QUANTSCOPE_KERNEL void decodeAll(const std::byte* bytes, std::size_t count, float* values,
        const Convert& convert, const ConvertOne& convertOne)
    {
        std::size_t i = 0;
        for (; i + width <= count; i += width)
            store(convert(widened<width>(load<Pairs<width>>(bytes + 2 * i))), values + i);
        for (; i < count; ++i) {
            std::uint16_t stored;
            std::memcpy(&stored, bytes + 2 * i, 2);
            values[i] = convertOne(stored);
        }
    }

    template<int width, typename Convert, typename ConvertOne>
    QUANTSCOPE_KERNEL void encodeAll(const float* values, std::size_t count, std::byte* bytes,
        const Convert& convert, const ConvertOne& convertOne)
    {
        std::size_t i = 0;
        for (; i + width <= count; i += width)
            store(narrowedToPairs<width>(convert(load<Floats<width>>(values + i))), bytes + 2 * i);
        for (; i < count; ++i) {
            const std::uint16_t stored = convertOne(values[i]);
            std::memcpy(bytes + 2 * i, &stored, 2);
        }
    }

    template<int width>
    QUANTSCOPE_KERNEL void decodeHalves(const std::byte* bytes, std::size_t count, float* values)
    {
        decodeAll<width>(bytes, count, values, fromHalves<width>, fromHalf);
    }

    template<int width>
    QUANTSCOPE_KERNEL void encodeHalves(const float* values, std::size_t count, std::byte* bytes)
    {
        encodeAll<width>(values, count, bytes, toHalves<width>, toHalf);
    }

    template<int width>
    QUANTSCOPE_KERNEL void decodeBfloat16s(const std::byte* bytes, std::size_t count, float* values)
    {
        decodeAll<width>(bytes, count, values, fromBfloat16s<width>, fromBfloat16);
    }

    template<int width>
    QUANTSCOPE_KERNEL void encodeBfloat16s(const float* values, std::size_t count, std::byte* bytes)
    {
        encodeAll<width>(values, count, bytes, toBfloat16s<width>, toBfloat16);
    }

    QUANTSCOPE_EVERY_WIDTH(
        void allFromHalves(const std::byte* bytes, std::size_t count, float* values), decodeHalves,
        (bytes, count, values))
    QUANTSCOPE_EVERY_WIDTH(
        void allToHalves(const float* values, std::size_t count, std::byte* bytes), encodeHalves,
        (values, count, bytes))
    QUANTSCOPE_EVERY_WIDTH(
        void allFromBfloat16s(const std::byte* bytes, std::size_t count, float* values),
        decodeBfloat16s, (bytes, count, values))
    QUANTSCOPE_EVERY_WIDTH(
        void allToBfloat16s(const float* values, std::size_t count, std::byte* bytes),
        encodeBfloat16s, (values, count, bytes))

} // namespace

float halfToFloat(std::uint16_t half) { return fromHalf(half); }
std::uint16_t floatToHalf(float value) { return toHalf(value); }
float bfloat16ToFloat(std::uint16_t value) { return fromBfloat16(value); }
std::uint16_t floatToBfloat16(float value) { return toBfloat16(value); }

void halvesToFloats(const std::byte* bytes, std::size_t count, float* values)
{
    allFromHalves(bytes, count, values);
}

void floatsToHalves(const float* values, std::size_t count, std::byte* bytes)
{
    allToHalves(values, count, bytes);
}

void bfloat16sToFloats(const std::byte* bytes, std::size_t count, float* values)
{
    allFromBfloat16s(bytes, count, values);
}

void floatsToBfloat16s(const float* values, std::size_t count, std::byte* bytes)
{
    allToBfloat16s(values, count, bytes);
}

} // namespace core
