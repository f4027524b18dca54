// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

/// Vectors of as many floats as the processor at hand computes with at once. A kernel is a template
/// of their width; QUANTSCOPE_EVERY_WIDTH makes a function of it whose version is chosen when the
/// program starts. None of the three brings fused multiply-adds, which would change bytes. Such a
/// function stays in an unnamed namespace: other files would see its narrowest version only.
#ifdef __x86_64__ // unused: compiled for the processor at hand, GCC calls one of them directly
#define QUANTSCOPE_EVERY_WIDTH(signature, kernel, arguments)                                       \
    __attribute__((target("avx512f"), unused)) signature { return kernel<16> arguments; }          \
    __attribute__((target("avx2"), unused)) signature { return kernel<8> arguments; }              \
    __attribute__((target("default"), unused)) signature { return kernel<4> arguments; }
#else
#define QUANTSCOPE_EVERY_WIDTH(signature, kernel, arguments)                                       \
    signature { return kernel<4> arguments; }
#endif
#define QUANTSCOPE_KERNEL inline __attribute__((always_inline))
#pragma GCC diagnostic ignored "-Wpsabi" // wide vectors pass only between functions inlined here

namespace core::lanes {

template<int width>
struct Lanes {
    using Floats __attribute__((vector_size(4 * width))) = float;
    using Ints __attribute__((vector_size(4 * width))) = std::int32_t;
    using Bytes __attribute__((vector_size(width))) = std::uint8_t;
    using Pairs __attribute__((vector_size(2 * width))) = std::uint16_t;
};
template<int width>
using Floats = typename Lanes<width>::Floats;
template<int width>
using Ints = typename Lanes<width>::Ints;
template<int width>
using Bytes = typename Lanes<width>::Bytes;
template<int width>
using Pairs = typename Lanes<width>::Pairs; ///< of bytes

template<typename Vector, typename Value>
QUANTSCOPE_KERNEL Vector load(const Value* values)
{
    Vector lanes;
    std::memcpy(&lanes, values, sizeof(lanes));
    return lanes;
}

template<typename Vector, typename Value>
QUANTSCOPE_KERNEL void store(const Vector& lanes, Value* values)
{
    std::memcpy(values, &lanes, sizeof(lanes));
}

/// a < b ? a : b. In one instruction; of the comparison GCC 12 makes two.
template<typename V>
QUANTSCOPE_KERNEL V smaller(const V& a, const V& b)
{
#ifdef __x86_64__
    V result = a;
    if constexpr (sizeof(V) > 16)
        asm("vminps %2, %1, %0" : "=v"(result) : "v"(a), "vm"(b));
    else
        asm("minps %1, %0" : "+x"(result) : "x"(b));
    return result;
#else
    return a < b ? a : b;
#endif
}

/// a > b ? a : b.
template<typename V>
QUANTSCOPE_KERNEL V larger(const V& a, const V& b)
{
#ifdef __x86_64__
    V result = a;
    if constexpr (sizeof(V) > 16)
        asm("vmaxps %2, %1, %0" : "=v"(result) : "v"(a), "vm"(b));
    else
        asm("maxps %1, %0" : "+x"(result) : "x"(b));
    return result;
#else
    return a > b ? a : b;
#endif
}

template<typename V>
QUANTSCOPE_KERNEL V squareRoot(const V& x)
{
    V result = x;
#ifdef __x86_64__
    if constexpr (sizeof(V) > 16)
        asm("vsqrtps %1, %0" : "=v"(result) : "vm"(x));
    else
        asm("sqrtps %1, %0" : "=x"(result) : "x"(x));
#else
    for (unsigned i = 0; i < sizeof(V) / sizeof(float); ++i)
        result[i] = __builtin_sqrtf(x[i]);
#endif
    return result;
}

template<typename V>
QUANTSCOPE_KERNEL V magnitude(const V& x)
{
    return larger(x, -x);
}

/// What a comparison found, a lane each. In 64-byte vectors it is a bit each,
/// because GCC 12 computes with kept results of their comparisons one by one.
#ifdef __x86_64__
template<int width>
using Mask = std::conditional_t<width == 16, std::uint16_t, Ints<width>>;
#else
template<int width>
using Mask = Ints<width>;
#endif

/// a < b; false for a NaN.
template<int width>
QUANTSCOPE_KERNEL Mask<width> isLess(const Floats<width>& a, const Floats<width>& b)
{
    if constexpr (sizeof(Mask<width>) == 2) {
        Mask<width> mask;
        asm("vcmpps $1, %2, %1, %0" : "=Yk"(mask) : "v"(a), "vm"(b));
        return mask;
    } else {
        return a < b;
    }
}

/// a != b; true for a NaN.
template<int width>
QUANTSCOPE_KERNEL Mask<width> isDifferent(const Floats<width>& a, const Floats<width>& b)
{
    if constexpr (sizeof(Mask<width>) == 2) {
        Mask<width> mask;
        asm("vcmpps $4, %2, %1, %0" : "=Yk"(mask) : "v"(a), "vm"(b));
        return mask;
    } else {
        return a != b;
    }
}

/// mask ? a : b.
template<int width>
QUANTSCOPE_KERNEL Floats<width> select(
    const Mask<width>& mask, const Floats<width>& a, const Floats<width>& b)
{
    if constexpr (sizeof(Mask<width>) == 2) {
        Floats<width> result;
        asm("vblendmps %1, %2, %0%{%3%}" : "=v"(result) : "vm"(a), "v"(b), "Yk"(mask));
        return result;
    } else {
        return mask ? a : b;
    }
}

/// Bit i: whether lane i is true.
template<int width>
QUANTSCOPE_KERNEL std::uint32_t bitsOf(const Mask<width>& mask)
{
    if constexpr (sizeof(Mask<width>) == 2) {
        return mask;
    } else {
        std::uint32_t bits = 0;
#ifdef __x86_64__
        if constexpr (width == 8)
            asm("vmovmskps %1, %0" : "=r"(bits) : "x"(mask));
        else
            asm("movmskps %1, %0" : "=r"(bits) : "x"(mask));
#else
        for (int i = 0; i < width; ++i)
            bits |= (std::uint32_t(mask[i]) & 1) << i;
#endif
        return bits;
    }
}

template<int width>
QUANTSCOPE_KERNEL bool any(const Mask<width>& mask)
{
    return bitsOf<width>(mask) != 0;
}

template<int width>
QUANTSCOPE_KERNEL Mask<width> bothOf(const Mask<width>& a, const Mask<width>& b)
{
    return Mask<width>(a & b);
}

template<int width>
QUANTSCOPE_KERNEL Mask<width> eitherOf(const Mask<width>& a, const Mask<width>& b)
{
    return Mask<width>(a | b);
}

/// The largest lane, of finite numbers.
template<int width>
QUANTSCOPE_KERNEL float largestLane(const Floats<width>& x)
{
    float lanes[width];
    store(x, lanes);
    for (int half = width / 2; half > 0; half /= 2)
        for (int i = 0; i < half; ++i)
            lanes[i] = lanes[i + half] > lanes[i] ? lanes[i + half] : lanes[i];
    return lanes[0];
}

/// The largest magnitude of `count` finite numbers. Requires: count a multiple of the width.
template<int width>
QUANTSCOPE_KERNEL float largestMagnitude(const float* x, int count)
{
    Floats<width> largest{};
    for (int i = 0; i < count; i += width)
        largest = larger(magnitude(load<Floats<width>>(x + i)), largest);
    return largestLane<width>(largest);
}

/// x held to lowest … highest.
template<int width>
QUANTSCOPE_KERNEL Ints<width> held(const Ints<width>& x, int lowest, int highest)
{
    const Ints<width> low = Ints<width>{} + lowest;
    const Ints<width> high = Ints<width>{} + highest;
    Ints<width> result = x;
#ifdef __x86_64__
    if constexpr (width > 4) {
        asm("vpmaxsd %1, %0, %0" : "+v"(result) : "vm"(low));
        asm("vpminsd %1, %0, %0" : "+v"(result) : "vm"(high));
        return result;
    }
#endif
    result = result < low ? low : result;
    return result > high ? high : result;
}

constexpr float roundingAddend = 0x1.8p23f; // adding it leaves an integer in the lowest bits

/// The integer nearest to x, ties to even, held to lowest … highest. Requires: |x| < 2²².
template<typename V>
QUANTSCOPE_KERNEL V nearestWithin(const V& x, float lowest, float highest)
{
    return (smaller(larger(x, V{} + lowest), V{} + highest) + roundingAddend) - roundingAddend;
}

/// nearestInt(x) held to lowest … highest, for any x.
template<int width>
QUANTSCOPE_KERNEL Floats<width> nearestOfAny(const Floats<width>& x, int lowest, int highest)
{
    const Floats<width> shifted = x + roundingAddend;
    const Ints<width> level = (load<Ints<width>>(&shifted) & 0x007fffff) - 0x00400000;
    return __builtin_convertvector(held<width>(level, lowest, highest), Floats<width>);
}

/// `width` bytes as integers.
template<int width>
QUANTSCOPE_KERNEL Ints<width> widened(const Bytes<width>& bytes)
{
#ifdef __x86_64__
    if constexpr (width > 4) {
        Ints<width> result;
        asm("vpmovzxbd %1, %0" : "=v"(result) : "vm"(bytes));
        return result;
    }
#endif
    return __builtin_convertvector(bytes, Ints<width>);
}

/// The same of signed bytes.
template<int width>
QUANTSCOPE_KERNEL Ints<width> signWidened(const Bytes<width>& bytes)
{
#ifdef __x86_64__
    if constexpr (width > 4) {
        Ints<width> result;
        asm("vpmovsxbd %1, %0" : "=v"(result) : "vm"(bytes));
        return result;
    }
#endif
    return (__builtin_convertvector(bytes, Ints<width>) ^ 128) - 128;
}

template<int width>
QUANTSCOPE_KERNEL Ints<width> widened(const Pairs<width>& pairs)
{
#ifdef __x86_64__
    if constexpr (width > 4) {
        Ints<width> result;
        asm("vpmovzxwd %1, %0" : "=v"(result) : "vm"(pairs));
        return result;
    }
#endif
    return __builtin_convertvector(pairs, Ints<width>);
}

/// The lowest byte of each integer.
template<int width>
QUANTSCOPE_KERNEL Bytes<width> narrowed(const Ints<width>& values)
{
    return __builtin_convertvector(values, Bytes<width>);
}

/// The lower half of each integer.
template<int width>
QUANTSCOPE_KERNEL Pairs<width> narrowedToPairs(const Ints<width>& values)
{
#ifdef __x86_64__
    if constexpr (width == 16) { // GCC 12 makes three shuffles of it
        Pairs<width> result;
        asm("vpmovdw %1, %0" : "=v"(result) : "v"(values));
        return result;
    }
#endif
    return __builtin_convertvector(values, Pairs<width>);
}

/// Interleaves the first half of the rows with the second: transposes if done log2(width) times.
template<int width, int... i>
QUANTSCOPE_KERNEL void interleave(Floats<width>* rows, std::integer_sequence<int, i...>)
{
    const Ints<width> low{ (i / 2 + i % 2 * width)... };
    const Ints<width> high{ (i / 2 + i % 2 * width + width / 2)... };
    const Floats<width> turned[width]{ __builtin_shuffle(
        rows[i / 2], rows[i / 2 + width / 2], i % 2 ? high : low)... };
    ((rows[i] = turned[i]), ...);
}

/// Turns a square of width × width values: lane j of row i becomes lane i of row j.
template<int width>
QUANTSCOPE_KERNEL void transpose(Floats<width>* rows)
{
    constexpr std::make_integer_sequence<int, width> all;
    interleave<width>(rows, all);
    interleave<width>(rows, all);
    if constexpr (width > 4)
        interleave<width>(rows, all);
    if constexpr (width > 8)
        interleave<width>(rows, all);
}

} // namespace core::lanes
