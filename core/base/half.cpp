// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/half.h"

#include <bit>
#include <cstring>

namespace core {

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

    template<float (*convert)(std::uint16_t)>
    inline void decode(const std::byte* bytes, std::size_t count, float* values)
    {
        for (std::size_t i = 0; i < count; ++i) {
            std::uint16_t stored;
            std::memcpy(&stored, bytes + 2 * i, 2);
            values[i] = convert(stored);
        }
    }

    template<std::uint16_t (*convert)(float)>
    inline void encode(const float* values, std::size_t count, std::byte* bytes)
    {
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint16_t stored = convert(values[i]);
            std::memcpy(bytes + 2 * i, &stored, 2);
        }
    }

} // namespace

float halfToFloat(std::uint16_t half) { return fromHalf(half); }
std::uint16_t floatToHalf(float value) { return toHalf(value); }
float bfloat16ToFloat(std::uint16_t value) { return fromBfloat16(value); }
std::uint16_t floatToBfloat16(float value) { return toBfloat16(value); }

void halvesToFloats(const std::byte* bytes, std::size_t count, float* values)
{
    decode<fromHalf>(bytes, count, values);
}

void floatsToHalves(const float* values, std::size_t count, std::byte* bytes)
{
    encode<toHalf>(values, count, bytes);
}

void bfloat16sToFloats(const std::byte* bytes, std::size_t count, float* values)
{
    decode<fromBfloat16>(bytes, count, values);
}

void floatsToBfloat16s(const float* values, std::size_t count, std::byte* bytes)
{
    encode<toBfloat16>(values, count, bytes);
}

} // namespace core
