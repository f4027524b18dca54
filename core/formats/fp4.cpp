// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/fp4.h"

#include "core/base/lanes.h"
#include "core/formats/blockbytes.h"

#include <cassert>
#include <cmath>

namespace core::formats::fp4 {

using namespace lanes;

namespace {

    /// Halfway between the levels of numbers k and k + 1: what is above it belongs to k + 1 or
    /// higher.
    constexpr std::array<float, 7> midpoints{ 0.5f, 1.5f, 2.5f, 3.5f, 5, 7, 10 };

    /// The E2M1 number of a grid's code.
    unsigned numberOf(std::uint8_t code) { return code < 7 ? 15u - code : code - 7u; }

    unsigned withSign(unsigned number, float x)
    {
        return number != 0 && x < 0 ? number | 8u : number;
    }

    using Midpoints = std::array<float, midpoints.size()>; ///< times the step

    template<int width>
    QUANTSCOPE_KERNEL Floats<width> nearestNumbers(const float* x, const Midpoints& scaled)
    {
        const Floats<width> one = Floats<width>{} + 1.0f;
        const Floats<width> eight = Floats<width>{} + 8.0f; // the sign
        const auto value = load<Floats<width>>(x);
        const Floats<width> size = magnitude(value);
        Floats<width> number{};
        for (const float midpoint : scaled)
            number += select<width>(
                isLess<width>(Floats<width>{} + midpoint, size), one, Floats<width>{});
        const Mask<width> isSigned = bothOf<width>(
            isLess<width>(value, Floats<width>{}), isLess<width>(Floats<width>{}, number));
        return number + select<width>(isSigned, eight, Floats<width>{});
    }

    /// Of 2·count weights.
    template<int width>
    QUANTSCOPE_KERNEL void nearestKernel(
        const float* x, int count, const Midpoints& scaled, std::byte* nibbles)
    {
        if constexpr (width == 16) {
            if (count == 8) {
                using Two __attribute__((vector_size(16))) = std::uint64_t;
                const auto numbers
                    = __builtin_convertvector(nearestNumbers<width>(x, scaled), Ints<width>);
                const Bytes<width> bytes = narrowed<width>(numbers);
                const auto halves = load<Two>(&bytes);
                store(halves[0] | halves[1] << 4, nibbles);
                return;
            }
        }
        for (int i = 0; i < count; i += width) {
            const Floats<width> both = nearestNumbers<width>(x + i, scaled)
                + nearestNumbers<width>(x + i + count, scaled) * 16.0f;
            store(narrowed<width>(__builtin_convertvector(both, Ints<width>)), nibbles + i);
        }
    }

    QUANTSCOPE_EVERY_WIDTH(
        void storeNearest(const float* x, int count, const Midpoints& scaled, std::byte* nibbles),
        nearestKernel, (x, count, scaled, nibbles))

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

void encodeGroup(const float* x, int count, float largest, float step, std::byte* nibbles)
{
    assert(count == 8 || count == 16);
    Midpoints scaled;
    for (std::size_t k = 0; k < scaled.size(); ++k)
        scaled[k] = step * midpoints[k]; // exact: few digits times few
    const bool isOrdinary = step > 0 && step < 0x1p123f && largest <= 0x1p20f * step;
    if (isOrdinary)
        return storeNearest(x, count, scaled, nibbles);
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
