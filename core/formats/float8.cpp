// SPDX-License-Identifier: GPL-3.0-or-later
//
// F8_E4M3, F8_E5M2, F8_E8M0: one number a block, one byte, as float8.h says.
#include "core/formats/float8.h"
#include "core/formats/format.h"

#include <bit>
#include <limits>

namespace core {

namespace {

    constexpr float powerOfTwo(int exponent) // −149 … 127
    {
        return std::bit_cast<float>(
            exponent < -126 ? 1u << (exponent + 149) : std::uint32_t(exponent + 127) << 23);
    }

    /// All numbers of a sign, `8 − 1 − mantissaBits` bits of exponent and a mantissa, without
    /// infinities and NaN.
    constexpr std::array<float, 256> finiteNumbers(int mantissaBits, int bias)
    {
        std::array<float, 256> numbers{};
        for (int code = 0; code < 256; ++code) {
            const int exponent = (code & 127) >> mantissaBits;
            const int mantissa = code & ((1 << mantissaBits) - 1);
            const int significand = exponent == 0 ? mantissa : mantissa + (1 << mantissaBits);
            const int shift = (exponent == 0 ? 1 : exponent) - bias - mantissaBits;
            const float size = float(significand) * powerOfTwo(shift);
            numbers[std::size_t(code)] = code >= 128 ? -size : size;
        }
        return numbers;
    }

    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    constexpr float infinity = std::numeric_limits<float>::infinity();

    constexpr std::array<float, 256> numbersOfE4M3()
    {
        auto numbers = finiteNumbers(3, 7);
        numbers[0x7f] = numbers[0xff] = nan;
        return numbers;
    }

    constexpr std::array<float, 256> numbersOfE5M2()
    {
        auto numbers = finiteNumbers(2, 15);
        numbers[0x7c] = infinity;
        numbers[0xfc] = -infinity;
        for (const std::size_t code : { 0x7d, 0x7e, 0x7f, 0xfd, 0xfe, 0xff })
            numbers[code] = nan;
        return numbers;
    }

    constexpr std::array<float, 256> numbersOfE8M0()
    {
        std::array<float, 256> numbers{};
        for (int code = 0; code < 255; ++code)
            numbers[std::size_t(code)] = powerOfTwo(code - 127);
        numbers[255] = nan;
        return numbers;
    }

    template<const std::array<float, 256>& numbers>
    void decode(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t i = 0; i < blocks; ++i)
            weights[i] = numbers[std::to_integer<std::size_t>(bytes[i])];
    }

    constexpr Format format(
        std::string_view name, void (*decoder)(const std::byte*, std::size_t, float*))
    {
        return {
            .name = name,
            .ggmlType = noGgmlType,
            .blockSize = 1,
            .blockBytes = 1,
            .importance = Format::Importance::Ignored,
            .grid = nullptr,
            .errorBound = 0.0f,
            .decodeBlocks = decoder,
            .encodeRows = nullptr,
        };
    }

} // namespace

constinit const std::array<float, 256> formats::float8::e4m3 = numbersOfE4M3();
constinit const std::array<float, 256> formats::float8::e5m2 = numbersOfE5M2();
constinit const std::array<float, 256> formats::float8::e8m0 = numbersOfE8M0();

const Format formats::f8_E4M3 = format("F8_E4M3", decode<formats::float8::e4m3>);
const Format formats::f8_E5M2 = format("F8_E5M2", decode<formats::float8::e5m2>);
const Format formats::f8_E8M0 = format("F8_E8M0", decode<formats::float8::e8m0>);

} // namespace core
