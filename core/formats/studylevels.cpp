// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/studylevels.h"

#include "core/formats/blockbytes.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace core::formats::study {

namespace {

    using Kind = Study::Kind;

    // One code more than symmetric levels: −2^(bits − 1) is not used, so that 0 is in the middle.
    constexpr auto symmetric8 = consecutiveLevels<255>(-127);
    constexpr auto symmetric4 = consecutiveLevels<15>(-7);
    constexpr auto symmetric3 = consecutiveLevels<7>(-3);
    constexpr auto symmetric2 = consecutiveLevels<3>(-1);
    constexpr auto asymmetric8 = consecutiveLevels<256>(0);

    /// Dettmers, Pagnoni, Holtzman, Zettlemoyer: "QLoRA: Efficient Finetuning of Quantized LLMs"
    /// (2023), appendix E: quantiles of the normal distribution, scaled to −1 … 1, with a 0.
    constexpr std::array<float, 16> normalFloat{ -1.0f, -0.6961928009986877f, -0.5250730514526367f,
        -0.39491748809814453f, -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f,
        0.0f, 0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f,
        0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f,
        1.0f };

    /// All numbers of an 8-bit float: Micikevicius et al.: "FP8 Formats for Deep Learning" (2022),
    /// table 1. `finite` numbers from 0 up, exponent 0 is subnormal.
    template<std::size_t finite>
    constexpr std::array<float, 2 * finite - 1> floatLevels(int mantissaBits, int bias)
    {
        std::array<float, 2 * finite - 1> levels{};
        for (std::size_t i = 0; i < finite; ++i) {
            const int exponent = int(i) >> mantissaBits;
            const int mantissa = int(i) & ((1 << mantissaBits) - 1);
            float value = float(exponent > 0 ? mantissa | 1 << mantissaBits : mantissa);
            for (int e = std::max(exponent, 1) - bias - mantissaBits; e != 0; e += e < 0 ? 1 : -1)
                value = e < 0 ? value / 2 : value * 2;
            levels[finite - 1 + i] = value;
            levels[finite - 1 - i] = i > 0 ? -value : value;
        }
        return levels;
    }
    constexpr auto e4m3 = floatLevels<127>(3, 7); // 0x7e = 448 is the largest, 0x7f NaN
    constexpr auto e5m2 = floatLevels<124>(2, 15); // 0x7b = 57344 is the largest, 0x7c infinity
    static_assert(e4m3.back() == 448.0f && e4m3[127] == 0x1p-9f);
    static_assert(e5m2.back() == 57344.0f && e5m2[124] == 0x1p-16f);

    /// 0 and ±1, ±1/2 … as many as there are codes but one.
    template<std::size_t powers>
    constexpr std::array<float, 2 * powers + 1> powersOfTwo()
    {
        std::array<float, 2 * powers + 1> levels{};
        float value = 1;
        for (std::size_t i = 0; i < powers; ++i, value /= 2) {
            levels[i] = -value;
            levels[2 * powers - i] = value;
        }
        return levels;
    }
    constexpr auto logarithmic4 = powersOfTwo<7>();
    constexpr auto logarithmic3 = powersOfTwo<3>();

    constexpr std::array<float, 2> binary{ -1, 1 };

} // namespace

std::span<const float> levelsOf(Kind kind, int bits)
{
    switch (kind) {
    case Kind::Symmetric:
        return bits == 8 ? std::span<const float>(symmetric8)
            : bits == 4  ? std::span<const float>(symmetric4)
            : bits == 3  ? std::span<const float>(symmetric3)
                         : std::span<const float>(symmetric2);
    case Kind::Asymmetric:
        return std::span<const float>(asymmetric8).first(std::size_t(1) << bits);
    case Kind::NormalFloat:
    case Kind::DoubleNormalFloat:
        return normalFloat;
    case Kind::E4M3:
        return e4m3;
    case Kind::E5M2:
        return e5m2;
    case Kind::Logarithmic:
        return bits == 4 ? std::span<const float>(logarithmic4)
                         : std::span<const float>(logarithmic3);
    case Kind::Ternary:
        return symmetric2;
    case Kind::Binary:
        return binary;
    }
    assert(false);
    return {};
}

std::byte byteOfLevel(std::span<const float> levels, std::size_t index)
{
    const std::size_t zero = levels.size() / 2;
    return index < zero ? std::byte(0x80 | (zero - index)) : std::byte(index - zero);
}

float valueOfByte(std::span<const float> levels, std::byte byte)
{
    const std::size_t zero = levels.size() / 2;
    const std::size_t number = std::to_integer<std::size_t>(byte) & 0x7f;
    const bool isInfinite = number == zero + 1 && number < 0x7f; // E4M3 has a NaN there
    const float magnitude = number <= zero ? levels[zero + number]
        : isInfinite                       ? std::numeric_limits<float>::infinity()
                                           : std::numeric_limits<float>::quiet_NaN();
    return std::to_integer<unsigned>(byte) & 0x80 ? -magnitude : magnitude;
}

std::size_t nearestLevel(std::span<const float> levels, float x)
{
    const auto above = std::lower_bound(levels.begin(), levels.end(), x);
    if (above == levels.begin())
        return 0;
    const auto index = std::size_t(above - levels.begin());
    if (above == levels.end() || x - levels[index - 1] <= levels[index] - x)
        return index - 1;
    return index;
}

} // namespace core::formats::study
