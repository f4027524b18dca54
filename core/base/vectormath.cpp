// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/vectormath.h"

#include <cstdint>
#include <cstring>
#include <limits>

// One copy of each function for each width of vector, chosen when the program starts.
#if defined(__x86_64__)
#define QUANTSCOPE_ALL_WIDTHS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define QUANTSCOPE_ALL_WIDTHS
#endif
#pragma GCC diagnostic ignored "-Wpsabi" // wide vectors pass only between functions inlined here

namespace core::vectormath {

namespace {

    constexpr std::size_t width = 16; // floats
    using Lanes = float __attribute__((vector_size(width * sizeof(float))));
    using IntLanes = std::int32_t __attribute__((vector_size(width * sizeof(std::int32_t))));
    using DoubleLanes = double __attribute__((vector_size(width * sizeof(double))));
#define QUANTSCOPE_INLINE inline __attribute__((always_inline))

    constexpr float nothing = -std::numeric_limits<float>::max(); // its power is 1.2·10⁻³⁸

    QUANTSCOPE_INLINE Lanes load(const float* x)
    {
        Lanes lanes;
        std::memcpy(&lanes, x, sizeof(lanes));
        return lanes;
    }

    QUANTSCOPE_INLINE void store(const Lanes& lanes, float* x)
    {
        std::memcpy(x, &lanes, sizeof(lanes));
    }

    /// The last, incomplete lanes: the rest is `rest`.
    QUANTSCOPE_INLINE Lanes loadTail(const float* x, std::size_t count, float rest)
    {
        Lanes lanes = Lanes{} + rest;
        std::memcpy(&lanes, x, count * sizeof(float));
        return lanes;
    }

    QUANTSCOPE_INLINE void storeTail(const Lanes& lanes, float* x, std::size_t count)
    {
        std::memcpy(x, &lanes, count * sizeof(float));
    }

    /// e^x = 2^n · e^r, n whole, |r| ≤ ln 2 / 2, e^r by the polynomial of Cephes' expf (S.
    /// Moshier).
    QUANTSCOPE_INLINE Lanes exponential(const Lanes& exponent)
    {
        Lanes x = exponent < -87.3f ? Lanes{} - 87.3f : exponent; // 2^n stays a normal number
        x = x > 88.0f ? Lanes{} + 88.0f : x;
        constexpr float rounder = 0x1.8p23f; // adding it leaves the whole part in the low bits
        const Lanes shifted = x * 1.44269504f + rounder; // x / ln 2
        const Lanes n = shifted - rounder;
        const Lanes r = (x - n * 0.693359375f) + n * 2.12194440e-4f; // ln 2 in two parts
        Lanes p = r * 1.9875691500e-4f + 1.3981999507e-3f;
        p = p * r + 8.3334519073e-3f;
        p = p * r + 4.1665795894e-2f;
        p = p * r + 1.6666665459e-1f;
        p = p * r + 5.0000001201e-1f;
        p = (p * r * r + r) + 1.0f;
        IntLanes bits;
        std::memcpy(&bits, &shifted, sizeof(bits));
        bits = (bits - 0x4b400000 + 127) << 23; // 0x4b400000: the bits of `rounder`
        Lanes power;
        std::memcpy(&power, &bits, sizeof(power));
        return p * power;
    }

    QUANTSCOPE_INLINE Lanes larger(const Lanes& a, const Lanes& b) { return b > a ? b : a; }

    QUANTSCOPE_INLINE void addTo(double* sums, const DoubleLanes& values)
    {
        DoubleLanes lanes;
        std::memcpy(&lanes, sums, sizeof(lanes));
        lanes += values;
        std::memcpy(sums, &lanes, sizeof(lanes));
    }

    template<typename Sums>
    QUANTSCOPE_INLINE auto total(const Sums& sums)
    {
        auto sum = sums[0];
        for (std::size_t i = 1; i < width; ++i)
            sum += sums[i];
        return sum;
    }

    QUANTSCOPE_INLINE float largestOf(const float* x, std::size_t count)
    {
        constexpr float none = -std::numeric_limits<float>::infinity();
        Lanes best = Lanes{} + none;
        std::size_t i = 0;
        for (; i + width <= count; i += width)
            best = larger(best, load(x + i));
        if (i < count)
            best = larger(best, loadTail(x + i, count - i, none));
        float result = best[0];
        for (std::size_t j = 1; j < width; ++j)
            result = best[j] > result ? best[j] : result;
        return result;
    }

    QUANTSCOPE_INLINE Lanes gated(const Lanes& gate, const Lanes& up)
    {
        return gate / (exponential(-gate) + 1.0f) * up;
    }

} // namespace

QUANTSCOPE_ALL_WIDTHS
void exp(const float* x, std::size_t count, float* result)
{
    std::size_t i = 0;
    for (; i + width <= count; i += width)
        store(exponential(load(x + i)), result + i);
    if (i < count)
        storeTail(exponential(loadTail(x + i, count - i, 0.0f)), result + i, count - i);
}

QUANTSCOPE_ALL_WIDTHS
void softmax(float* values, std::size_t count, float scale)
{
    const float top = largestOf(values, count);
    Lanes sums{};
    std::size_t i = 0;
    for (; i + width <= count; i += width) {
        const Lanes power = exponential((load(values + i) - top) * scale);
        sums += power;
        store(power, values + i);
    }
    if (i < count) {
        const Lanes power = exponential((loadTail(values + i, count - i, nothing) - top) * scale);
        sums += power;
        storeTail(power, values + i, count - i);
    }
    const float factor = 1.0f / total(sums);
    for (std::size_t j = 0; j < count; ++j)
        values[j] *= factor;
}

QUANTSCOPE_ALL_WIDTHS
void siluTimes(const float* gate, const float* up, std::size_t count, float* result)
{
    std::size_t i = 0;
    for (; i + width <= count; i += width)
        store(gated(load(gate + i), load(up + i)), result + i);
    if (i < count) {
        const std::size_t left = count - i;
        storeTail(
            gated(loadTail(gate + i, left, 0.0f), loadTail(up + i, left, 0.0f)), result + i, left);
    }
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

QUANTSCOPE_ALL_WIDTHS
double sumOfPowers(const float* x, std::size_t count, float top)
{
    DoubleLanes sums{};
    std::size_t i = 0;
    for (; i + width <= count; i += width)
        sums += __builtin_convertvector(exponential(load(x + i) - top), DoubleLanes);
    if (i < count)
        sums += __builtin_convertvector(
            exponential(loadTail(x + i, count - i, nothing) - top), DoubleLanes);
    return total(sums);
}

QUANTSCOPE_ALL_WIDTHS
PowerSums sumsOfPowers(const float* x, const float* y, std::size_t count, float top)
{
    DoubleLanes sums{}, differences{};
    std::size_t i = 0;
    for (; i + width <= count; i += width) {
        const Lanes power = exponential(load(x + i) - top);
        sums += __builtin_convertvector(power, DoubleLanes);
        differences += __builtin_convertvector(power * (load(x + i) - load(y + i)), DoubleLanes);
    }
    if (i < count) {
        const Lanes power = exponential(loadTail(x + i, count - i, nothing) - top);
        const Lanes difference
            = loadTail(x + i, count - i, 0.0f) - loadTail(y + i, count - i, 0.0f);
        sums += __builtin_convertvector(power, DoubleLanes);
        differences += __builtin_convertvector(power * difference, DoubleLanes);
    }
    return { total(sums), total(differences) };
}

QUANTSCOPE_ALL_WIDTHS
void addMagnitudes(
    const float* x, std::size_t count, double* absoluteSums, double* squareSums, float* absmax)
{
    std::size_t i = 0;
    for (; i + width <= count; i += width) {
        const Lanes value = load(x + i);
        const Lanes absolute = value < 0.0f ? -value : value;
        const DoubleLanes wide = __builtin_convertvector(absolute, DoubleLanes);
        addTo(absoluteSums + i, wide);
        addTo(squareSums + i, wide * wide);
        store(larger(load(absmax + i), absolute), absmax + i);
    }
    for (; i < count; ++i) {
        const float absolute = x[i] < 0.0f ? -x[i] : x[i];
        absoluteSums[i] += double(absolute);
        squareSums[i] += double(absolute) * double(absolute);
        absmax[i] = absolute > absmax[i] ? absolute : absmax[i];
    }
}

QUANTSCOPE_ALL_WIDTHS
double sumOfSquares(const float* x, std::size_t count)
{
    DoubleLanes sums{};
    std::size_t i = 0;
    for (; i + width <= count; i += width) {
        const DoubleLanes wide = __builtin_convertvector(load(x + i), DoubleLanes);
        sums += wide * wide;
    }
    if (i < count) {
        const DoubleLanes wide
            = __builtin_convertvector(loadTail(x + i, count - i, 0.0f), DoubleLanes);
        sums += wide * wide;
    }
    return total(sums);
}

QUANTSCOPE_ALL_WIDTHS
float largest(const float* x, std::size_t count) { return largestOf(x, count); }

QUANTSCOPE_ALL_WIDTHS
bool allFinite(const float* x, std::size_t count)
{
    IntLanes special{};
    std::size_t i = 0;
    for (; i + width <= count; i += width) {
        IntLanes bits;
        std::memcpy(&bits, x + i, sizeof(bits));
        special |= (bits & 0x7f800000) == 0x7f800000; // all ones in the exponent
    }
    std::int32_t any = 0;
    for (std::size_t j = 0; j < width; ++j)
        any |= special[j];
    for (; i < count; ++i) {
        std::int32_t bits;
        std::memcpy(&bits, x + i, sizeof(bits));
        any |= (bits & 0x7f800000) == 0x7f800000 ? 1 : 0;
    }
    return any == 0;
}

} // namespace core::vectormath
