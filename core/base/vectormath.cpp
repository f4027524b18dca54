// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/vectormath.h"

#include "core/base/partialsums.h"

#include <cstdint>
#include <cstring>
#include <limits>

// What only adds and multiplies is left to the compiler: one copy of each function for each width
// of vector, chosen when the program starts.
#if defined(__x86_64__)
#define QUANTSCOPE_ALL_WIDTHS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define QUANTSCOPE_ALL_WIDTHS
#endif

namespace core::vectormath {

using lanes::Floats;
using lanes::Ints;
using partialsums::Sums;
using partialsums::tail;

namespace {

    constexpr std::size_t sixteen = partialsums::places;
    constexpr float nothing = -std::numeric_limits<float>::max(); // its power is 1.2·10⁻³⁸

    /// e^x = 2^n · e^r, n whole, |r| ≤ ln 2 / 2, e^r by the polynomial of Cephes' expf (S.
    /// Moshier).
    template<int width>
    QUANTSCOPE_KERNEL Floats<width> exponential(const Floats<width>& exponent)
    {
        const Floats<width> none{};
        // A NaN stays one: each of the two gives its second argument then. 2^n stays a normal
        // number.
        Floats<width> x = lanes::larger(none - 87.3f, exponent);
        x = lanes::smaller(none + 88.0f, x);
        constexpr float rounder = 0x1.8p23f; // adding it leaves the whole part in the low bits
        const Floats<width> shifted = x * 1.44269504f + rounder; // x / ln 2
        const Floats<width> n = shifted - rounder;
        const Floats<width> r = (x - n * 0.693359375f) + n * 2.12194440e-4f; // ln 2 in two parts
        Floats<width> p = r * 1.9875691500e-4f + 1.3981999507e-3f;
        p = p * r + 8.3334519073e-3f;
        p = p * r + 4.1665795894e-2f;
        p = p * r + 1.6666665459e-1f;
        p = p * r + 5.0000001201e-1f;
        p = (p * r * r + r) + 1.0f;
        // 0x4b400000: the bits of `rounder`
        const Ints<width> bits = (lanes::load<Ints<width>>(&shifted) - 0x4b400000 + 127) << 23;
        return p * lanes::load<Floats<width>>(&bits);
    }

    template<int width>
    QUANTSCOPE_KERNEL Floats<width> loaded(const float* x)
    {
        return lanes::load<Floats<width>>(x);
    }

    template<int width>
    QUANTSCOPE_KERNEL void expKernel(const float* x, std::size_t count, float* result)
    {
        std::size_t i = 0;
        for (; i + width <= count; i += width)
            lanes::store(exponential<width>(loaded<width>(x + i)), result + i);
        if (i < count) {
            float rest[width]{};
            std::memcpy(rest, x + i, (count - i) * sizeof(float));
            lanes::store(exponential<width>(loaded<width>(rest)), rest);
            std::memcpy(result + i, rest, (count - i) * sizeof(float));
        }
    }

    /// Sixteen partial sums of floats.
    template<int width>
    struct FloatSums {
        Floats<width> parts[sixteen / width];
    };

    /// Sixteen values become their powers; these are added to `sums`.
    template<int width>
    QUANTSCOPE_KERNEL void raiseSixteen(
        const float* values, float top, float scale, float* powers, FloatSums<width>& sums)
    {
        for (std::size_t p = 0; p < sixteen / width; ++p) {
            const Floats<width> power
                = exponential<width>((loaded<width>(values + p * width) - top) * scale);
            sums.parts[p] += power;
            lanes::store(power, powers + p * width);
        }
    }

    template<int width>
    QUANTSCOPE_KERNEL void softmaxKernel(float* values, std::size_t count, float scale, float top)
    {
        FloatSums<width> sums{};
        std::size_t i = 0;
        for (; i + sixteen <= count; i += sixteen)
            raiseSixteen<width>(values + i, top, scale, values + i, sums);
        if (i < count) {
            auto rest = tail(values + i, count - i, nothing);
            raiseSixteen<width>(rest.data(), top, scale, rest.data(), sums);
            std::memcpy(values + i, rest.data(), (count - i) * sizeof(float));
        }
        float all[sixteen];
        std::memcpy(all, sums.parts, sizeof(all));
        float total = all[0];
        for (std::size_t j = 1; j < sixteen; ++j)
            total += all[j];
        const float factor = 1.0f / total;
        std::size_t j = 0;
        for (; j + width <= count; j += width)
            lanes::store(loaded<width>(values + j) * factor, values + j);
        for (; j < count; ++j)
            values[j] *= factor;
    }

    template<int width>
    QUANTSCOPE_KERNEL Floats<width> gated(const Floats<width>& gate, const Floats<width>& up)
    {
        return gate / (exponential<width>(-gate) + 1.0f) * up;
    }

    template<int width>
    QUANTSCOPE_KERNEL void siluKernel(
        const float* gate, const float* up, std::size_t count, float* result)
    {
        std::size_t i = 0;
        for (; i + width <= count; i += width)
            lanes::store(gated<width>(loaded<width>(gate + i), loaded<width>(up + i)), result + i);
        if (i < count) {
            float lastGate[width]{}, lastUp[width]{};
            std::memcpy(lastGate, gate + i, (count - i) * sizeof(float));
            std::memcpy(lastUp, up + i, (count - i) * sizeof(float));
            lanes::store(gated<width>(loaded<width>(lastGate), loaded<width>(lastUp)), lastGate);
            std::memcpy(result + i, lastGate, (count - i) * sizeof(float));
        }
    }

    template<int width>
    QUANTSCOPE_KERNEL double powersKernel(const float* x, std::size_t count, float top)
    {
        Sums<width> sums;
        const auto add = [&](const float* from) __attribute__((always_inline))
        {
            for (std::size_t p = 0; p < sixteen / width; ++p)
                sums.addFloats(int(p), exponential<width>(loaded<width>(from + p * width) - top));
        };
        std::size_t i = 0;
        for (; i + sixteen <= count; i += sixteen)
            add(x + i);
        if (i < count)
            add(tail(x + i, count - i, nothing).data());
        return sums.total();
    }

    template<int width>
    QUANTSCOPE_KERNEL PowerSums bothPowersKernel(
        const float* x, const float* y, std::size_t count, float top)
    {
        Sums<width> sums, differences;
        /// x[i] that is raised, and the two whose difference counts.
        const auto add = [&](const float* raised, const float* a, const float* b)
            __attribute__((always_inline))
        {
            for (std::size_t p = 0; p < sixteen / width; ++p) {
                const std::size_t from = p * width;
                const Floats<width> power = exponential<width>(loaded<width>(raised + from) - top);
                sums.addFloats(int(p), power);
                differences.addFloats(
                    int(p), power * (loaded<width>(a + from) - loaded<width>(b + from)));
            }
        };
        std::size_t i = 0;
        for (; i + sixteen <= count; i += sixteen)
            add(x + i, x + i, y + i);
        if (i < count) {
            const std::size_t left = count - i;
            add(tail(x + i, left, nothing).data(), tail(x + i, left).data(),
                tail(y + i, left).data());
        }
        return { sums.total(), differences.total() };
    }

    QUANTSCOPE_EVERY_WIDTH(void everyExp(const float* x, std::size_t count, float* result),
        expKernel, (x, count, result))
    QUANTSCOPE_EVERY_WIDTH(
        void everySoftmax(float* values, std::size_t count, float scale, float top), softmaxKernel,
        (values, count, scale, top))
    QUANTSCOPE_EVERY_WIDTH(
        void everySilu(const float* gate, const float* up, std::size_t count, float* result),
        siluKernel, (gate, up, count, result))
    QUANTSCOPE_EVERY_WIDTH(double everyPowers(const float* x, std::size_t count, float top),
        powersKernel, (x, count, top))
    QUANTSCOPE_EVERY_WIDTH(
        PowerSums everyBothPowers(const float* x, const float* y, std::size_t count, float top),
        bothPowersKernel, (x, y, count, top))

    // Wider than the processor's own where those are narrower: no comparisons of these.
    constexpr std::size_t width = 16; // floats
    using Lanes = float __attribute__((vector_size(width * sizeof(float))));
    using IntLanes = std::int32_t __attribute__((vector_size(width * sizeof(std::int32_t))));

    QUANTSCOPE_KERNEL Lanes load(const float* x)
    {
        Lanes lanes;
        std::memcpy(&lanes, x, sizeof(lanes));
        return lanes;
    }

    QUANTSCOPE_KERNEL void store(const Lanes& lanes, float* x)
    {
        std::memcpy(x, &lanes, sizeof(lanes));
    }

} // namespace

void exp(const float* x, std::size_t count, float* result) { everyExp(x, count, result); }

void softmax(float* values, std::size_t count, float scale)
{
    everySoftmax(values, count, scale, largest(values, count));
}

void siluTimes(const float* gate, const float* up, std::size_t count, float* result)
{
    everySilu(gate, up, count, result);
}

double sumOfPowers(const float* x, std::size_t count, float top)
{
    return everyPowers(x, count, top);
}

PowerSums sumsOfPowers(const float* x, const float* y, std::size_t count, float top)
{
    return everyBothPowers(x, y, count, top);
}

QUANTSCOPE_ALL_WIDTHS
void scaledProduct(
    const float* x, float scale, const float* weights, std::size_t count, float* result)
{
    std::size_t i = 0;
    for (; i + width <= count; i += width)
        store(load(x + i) * scale * load(weights + i), result + i);
    for (; i < count; ++i)
        result[i] = x[i] * scale * weights[i];
}

QUANTSCOPE_ALL_WIDTHS
void turnPairs(float* a, float* b, const float* cosine, const float* sine, std::size_t count)
{
    std::size_t i = 0;
    for (; i + width <= count; i += width) {
        const Lanes first = load(a + i), second = load(b + i);
        const Lanes c = load(cosine + i), s = load(sine + i);
        store(first * c - second * s, a + i);
        store(second * c + first * s, b + i);
    }
    for (; i < count; ++i) {
        const float first = a[i], second = b[i];
        a[i] = first * cosine[i] - second * sine[i];
        b[i] = second * cosine[i] + first * sine[i];
    }
}

QUANTSCOPE_ALL_WIDTHS
void turnNeighbours(float* x, const float* cosine, const float* sine, std::size_t count)
{
    constexpr IntLanes evens{ 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30 };
    constexpr IntLanes lower{ 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23 };
    std::size_t i = 0;
    for (; i + width <= count; i += width) {
        const Lanes low = load(x + 2 * i), high = load(x + 2 * i + width);
        const Lanes first = __builtin_shuffle(low, high, evens);
        const Lanes second = __builtin_shuffle(low, high, evens + 1);
        const Lanes c = load(cosine + i), s = load(sine + i);
        const Lanes turned = first * c - second * s;
        const Lanes other = second * c + first * s;
        store(__builtin_shuffle(turned, other, lower), x + 2 * i);
        store(__builtin_shuffle(turned, other, lower + 8), x + 2 * i + width);
    }
    for (; i < count; ++i) {
        const float first = x[2 * i], second = x[2 * i + 1];
        x[2 * i] = first * cosine[i] - second * sine[i];
        x[2 * i + 1] = second * cosine[i] + first * sine[i];
    }
}

} // namespace core::vectormath
