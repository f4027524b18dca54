// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/search.h"

#include "core/base/lanes.h"

#include <cassert>

namespace core::formats {

using namespace lanes;

namespace {

    /// codes[i] = the level of scaled(x[i]) + zeroCode.
    template<int width, typename Scaled>
    QUANTSCOPE_KERNEL void roundKernel(const float* x, int count, int zeroCode, int largestCode,
        std::uint8_t* codes, const Scaled& scaled)
    {
        for (int i = 0; i < count; i += width) {
            const Floats<width> level = nearestOfAny<width>(
                scaled(load<Floats<width>>(x + i)), -zeroCode, largestCode - zeroCode);
            const Ints<width> code = __builtin_convertvector(level, Ints<width>) + zeroCode;
            store(narrowed<width>(code), codes + i);
        }
    }

    template<int width>
    QUANTSCOPE_KERNEL void byInverse(const float* x, int count, float from, float inverse,
        int zeroCode, int largestCode, std::uint8_t* codes)
    {
        roundKernel<width>(
            x, count, zeroCode, largestCode,
            codes, [&](const auto& values) __attribute__((always_inline)) {
                return inverse * (values - from);
            });
    }

    template<int width>
    QUANTSCOPE_KERNEL void byStep(const float* x, int count, float step, float offset, int zeroCode,
        int largestCode, std::uint8_t* codes)
    {
        roundKernel<width>(
            x, count, zeroCode, largestCode,
            codes, [&](const auto& values) __attribute__((always_inline)) {
                return (values - offset) / step;
            });
    }

    QUANTSCOPE_EVERY_WIDTH(void roundAllByInverse(const float* x, int count, float from,
                               float inverse, int zeroCode, int largestCode, std::uint8_t* codes),
        byInverse, (x, count, from, inverse, zeroCode, largestCode, codes))
    QUANTSCOPE_EVERY_WIDTH(void roundAllByStep(const float* x, int count, float step, float offset,
                               int zeroCode, int largestCode, std::uint8_t* codes),
        byStep, (x, count, step, offset, zeroCode, largestCode, codes))

} // namespace

void roundByInverse(const float* x, int count, float from, float inverse, int zeroCode,
    int largestCode, std::uint8_t* codes)
{
    assert(count % together == 0);
    roundAllByInverse(x, count, from, inverse, zeroCode, largestCode, codes);
}

void roundToGrid(const float* x, int count, float step, float offset, int zeroCode, int largestCode,
    std::uint8_t* codes)
{
    assert(count % together == 0);
    roundAllByStep(x, count, step, offset, zeroCode, largestCode, codes);
}

} // namespace core::formats
