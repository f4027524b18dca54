// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/fp4.h"

#include "core/base/lanes.h"
#include "core/formats/blockbytes.h"
#include "core/formats/ternary.h"

#include <cassert>
#include <cmath>

namespace core::formats::fp4 {

using namespace lanes;

namespace {

    /// Halfway between the levels of numbers k and k + 1: what is above it belongs to k + 1 or
    /// higher.
    constexpr std::array<float, 7> midpoints{ 0.5f, 1.5f, 2.5f, 3.5f, 5, 7, 10 };

    constexpr int mostCount = 16;

    /// The E2M1 number of a grid's code.
    unsigned numberOf(std::uint8_t code) { return code < 7 ? 15u - code : code - 7u; }

    unsigned withSign(unsigned number, float x)
    {
        return number != 0 && x < 0 ? number | 8u : number;
    }

    /// By midpoints times the step, of 2·count weights.
    template<int width>
    QUANTSCOPE_KERNEL void nearestKernel(
        const float* x, int count, const float* scaledMidpoints, std::byte* nibbles)
    {
        std::array<std::uint8_t, 2 * mostCount> numbers;
        const Floats<width> one = Floats<width>{} + 1.0f;
        const Floats<width> eight = Floats<width>{} + 8.0f; // the sign
        for (int i = 0; i < 2 * count; i += width) {
            const auto value = load<Floats<width>>(x + i);
            const Floats<width> size = magnitude(value);
            Floats<width> number{};
            for (int k = 0; k < 7; ++k)
                number += select<width>(isLess<width>(Floats<width>{} + scaledMidpoints[k], size),
                    one, Floats<width>{});
            const Mask<width> isSigned = bothOf<width>(
                isLess<width>(value, Floats<width>{}), isLess<width>(Floats<width>{}, number));
            number += select<width>(isSigned, eight, Floats<width>{});
            store(
                narrowed<width>(__builtin_convertvector(number, Ints<width>)), numbers.data() + i);
        }
        for (int i = 0; i < count; ++i)
            nibbles[i] = std::byte(numbers[std::size_t(i)] | numbers[std::size_t(count + i)] << 4);
    }

    QUANTSCOPE_EVERY_WIDTH(void storeNearest(const float* x, int count,
                               const float* scaledMidpoints, std::byte* nibbles),
        nearestKernel, (x, count, scaledMidpoints, nibbles))

    /// As ggml searches, the first of equal errors. The same, but where the step is zero, so large
    /// that levels overflow, or so small that its levels vanish beside x.
    unsigned searchedNumber(float x, float step)
    {
        unsigned number = 0;
        for (unsigned k = 1; k < 8; ++k)
            if (std::fabs(valueOf[k] * step - std::fabs(x))
                < std::fabs(valueOf[number] * step - std::fabs(x)))
                number = k;
        return withSign(number, x);
    }

} // namespace

void encodeGroup(const float* x, int count, float step, std::byte* nibbles)
{
    assert(count <= mostCount && count % 8 == 0);
    std::array<float, 7> scaled;
    for (std::size_t k = 0; k < scaled.size(); ++k)
        scaled[k] = step * midpoints[k]; // exact: few digits times few
    const bool isOrdinary
        = step > 0 && step < 0x1p123f && ternary::largestMagnitude(x, 2 * count) <= 0x1p20f * step;
    if (isOrdinary)
        return storeNearest(x, count, scaled.data(), nibbles);
    for (int i = 0; i < count; ++i)
        nibbles[i]
            = std::byte(searchedNumber(x[i], step) | searchedNumber(x[i + count], step) << 4);
}

void storeCodes(const std::uint8_t* codes, int count, std::byte* nibbles)
{
    for (int i = 0; i < count; ++i)
        nibbles[i] = std::byte(numberOf(codes[i]) | numberOf(codes[i + count]) << 4);
}

} // namespace core::formats::fp4
