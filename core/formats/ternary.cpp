// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/ternary.h"

#include "core/base/lanes.h"

#include <cassert>
#include <cmath>

namespace core::formats::ternary {

using namespace lanes;

namespace {

    template<int width>
    QUANTSCOPE_KERNEL float largestKernel(const float* x, int count)
    {
        return lanes::largestMagnitude<width>(x, count);
    }

    template<int width>
    QUANTSCOPE_KERNEL void roundKernel(
        const float* x, int count, float inverse, std::uint8_t* codes)
    {
        const Floats<width> one = Floats<width>{} + 1.0f;
        const Floats<width> above = Floats<width>{} + 0x1.fffffep-2f; // the float below one half
        for (int i = 0; i < count; i += width) {
            const Floats<width> scaled = load<Floats<width>>(x + i) * inverse;
            const Floats<width> up
                = select<width>(isLess<width>(above, scaled), one, Floats<width>{});
            const Floats<width> down
                = select<width>(isLess<width>(above, -scaled), one, Floats<width>{});
            const Ints<width> code = __builtin_convertvector(one + up - down, Ints<width>);
            store(narrowed<width>(code), codes + i);
        }
    }

    QUANTSCOPE_EVERY_WIDTH(float largestOf(const float* x, int count), largestKernel, (x, count))
    QUANTSCOPE_EVERY_WIDTH(
        void roundAll(const float* x, int count, float inverse, std::uint8_t* codes), roundKernel,
        (x, count, inverse, codes))

} // namespace

float largestMagnitude(const float* x, int count)
{
    assert(count % 16 == 0);
    return largestOf(x, count);
}

void roundToTernary(const float* x, int count, float d, std::uint8_t* codes)
{
    assert(count % 16 == 0);
    const float inverse = d != 0.0f && std::isfinite(1.0f / d) ? 1.0f / d : 0.0f;
    roundAll(x, count, inverse, codes);
}

} // namespace core::formats::ternary
