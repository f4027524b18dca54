// SPDX-License-Identifier: GPL-3.0-or-later
//
// The functions of vectormath.h that look at each value once: no wider than the processor's own
// vectors, because GCC 12 compares wider ones value by value.
#include "core/base/vectormath.h"

#include "core/base/partialsums.h"

#include <algorithm>
#include <limits>

namespace core::vectormath {

using lanes::Floats;
using lanes::Ints;
using partialsums::Sums;
using partialsums::tail;

namespace {

    template<int width>
    QUANTSCOPE_KERNEL void addSixteen(Sums<width>& squares, const float* x)
    {
        using S = Sums<width>;
        for (int i = 0; i < S::count; ++i) {
            const auto value = S::wide(lanes::load<typename S::Floats>(x + i * width / 2));
            squares.add(i, value * value);
        }
    }

    template<int width>
    QUANTSCOPE_KERNEL double squareSum(const float* x, std::size_t count)
    {
        Sums<width> squares;
        std::size_t i = 0;
        for (; i + partialsums::places <= count; i += partialsums::places)
            addSixteen<width>(squares, x + i);
        if (i < count)
            addSixteen<width>(squares, tail(x + i, count - i).data());
        return squares.total();
    }

    template<int width, bool isWeighed>
    QUANTSCOPE_KERNEL void addSixteen(Sums<width>& differences, Sums<width>& squares,
        const float* x, const float* y, const float* weights)
    {
        using S = Sums<width>;
        for (int i = 0; i < S::count; ++i) {
            const auto from = i * width / 2;
            const auto a = lanes::load<typename S::Floats>(x + from);
            const auto difference = S::wide(a - lanes::load<typename S::Floats>(y + from));
            const auto value = S::wide(a);
            if constexpr (isWeighed) {
                const auto weight = S::wide(lanes::load<typename S::Floats>(weights + from));
                differences.add(i, weight * (difference * difference));
                squares.add(i, weight * (value * value));
            } else {
                differences.add(i, difference * difference);
                squares.add(i, value * value);
            }
        }
    }

    template<int width, bool isWeighed>
    QUANTSCOPE_KERNEL SquareSums sumBoth(
        const float* x, const float* y, const float* weights, std::size_t count)
    {
        Sums<width> differences, squares;
        std::size_t i = 0;
        for (; i + partialsums::places <= count; i += partialsums::places)
            addSixteen<width, isWeighed>(
                differences, squares, x + i, y + i, isWeighed ? weights + i : nullptr);
        if (i < count) {
            std::array<float, partialsums::places> some{};
            if constexpr (isWeighed)
                some = tail(weights + i, count - i);
            addSixteen<width, isWeighed>(differences, squares, tail(x + i, count - i).data(),
                tail(y + i, count - i).data(), some.data());
        }
        return { differences.total(), squares.total() };
    }

    template<int width>
    QUANTSCOPE_KERNEL SquareSums sumWeighed(
        const float* x, const float* y, const float* weights, std::size_t count)
    {
        return weights ? sumBoth<width, true>(x, y, weights, count)
                       : sumBoth<width, false>(x, y, weights, count);
    }

    template<int width>
    QUANTSCOPE_KERNEL void addTo(double* sums, const typename Sums<width>::Doubles& values)
    {
        lanes::store(lanes::load<typename Sums<width>::Doubles>(sums) + values, sums);
    }

    template<int width>
    QUANTSCOPE_KERNEL void addAbsolutes(
        const float* x, std::size_t count, double* absoluteSums, double* squareSums, float* absmax)
    {
        using S = Sums<width>;
        constexpr std::size_t half = width / 2;
        std::size_t i = 0;
        for (; i + width <= count; i += width) {
            const auto absolute = lanes::magnitude(lanes::load<Floats<width>>(x + i));
            lanes::store(
                lanes::larger(absolute, lanes::load<Floats<width>>(absmax + i)), absmax + i);
            float values[width];
            lanes::store(absolute, values);
            for (std::size_t j = 0; j < width; j += half) {
                const auto wide = S::wide(lanes::load<typename S::Floats>(values + j));
                addTo<width>(absoluteSums + i + j, wide);
                addTo<width>(squareSums + i + j, wide * wide);
            }
        }
        for (; i < count; ++i) {
            const float absolute = x[i] < 0.0f ? -x[i] : x[i];
            absoluteSums[i] += double(absolute);
            squareSums[i] += double(absolute) * double(absolute);
            absmax[i] = absolute > absmax[i] ? absolute : absmax[i];
        }
    }

    template<int width, typename Of>
    QUANTSCOPE_KERNEL float largestLaneOf(
        const float* x, std::size_t count, float none, const Of& of)
    {
        // larger(a, b) is b where a is a NaN
        Floats<width> best = Floats<width>{} + none;
        std::size_t i = 0;
        for (; i + width <= count; i += width)
            best = lanes::larger(of(lanes::load<Floats<width>>(x + i)), best);
        if (i < count) {
            float rest[width];
            std::fill_n(rest, width, none);
            std::memcpy(rest, x + i, (count - i) * sizeof(float));
            best = lanes::larger(of(lanes::load<Floats<width>>(rest)), best);
        }
        float result = best[0];
        for (int j = 1; j < width; ++j)
            result = best[j] > result ? best[j] : result;
        return result;
    }

    template<int width>
    QUANTSCOPE_KERNEL float largestValue(const float* x, std::size_t count)
    {
        return largestLaneOf<width>(
            x, count, -std::numeric_limits<float>::infinity(),
            [](const Floats<width>& value) __attribute__((always_inline)) { return value; });
    }

    template<int width>
    QUANTSCOPE_KERNEL float largestAbsolute(const float* x, std::size_t count)
    {
        return largestLaneOf<width>(
            x, count, 0.0f, [](const Floats<width>& value) __attribute__((always_inline)) {
                return lanes::magnitude(value);
            });
    }

    template<int width>
    QUANTSCOPE_KERNEL bool areFinite(const float* x, std::size_t count)
    {
        Ints<width> special{}; // x − x is 0, or a NaN where x is infinite or one
        std::size_t i = 0;
        for (; i + width <= count; i += width) {
            const auto value = lanes::load<Floats<width>>(x + i);
            const Floats<width> nothing = value - value;
            special |= lanes::load<Ints<width>>(&nothing);
        }
        std::int32_t any = 0;
        for (int j = 0; j < width; ++j)
            any |= special[j];
        for (; i < count; ++i)
            any |= x[i] - x[i] == 0 ? 0 : 1;
        return any == 0;
    }

    QUANTSCOPE_EVERY_WIDTH(
        double everySquareSum(const float* x, std::size_t count), squareSum, (x, count))
    QUANTSCOPE_EVERY_WIDTH(SquareSums everySumWeighed(const float* x, const float* y,
                               const float* weights, std::size_t count),
        sumWeighed, (x, y, weights, count))
    QUANTSCOPE_EVERY_WIDTH(
        float everyLargestValue(const float* x, std::size_t count), largestValue, (x, count))
    QUANTSCOPE_EVERY_WIDTH(
        float everyLargestAbsolute(const float* x, std::size_t count), largestAbsolute, (x, count))
    QUANTSCOPE_EVERY_WIDTH(
        bool everyAreFinite(const float* x, std::size_t count), areFinite, (x, count))

    QUANTSCOPE_EVERY_WIDTH(void everyAddAbsolutes(const float* x, std::size_t count,
                               double* absoluteSums, double* squareSums, float* absmax),
        addAbsolutes, (x, count, absoluteSums, squareSums, absmax))

} // namespace

void addMagnitudes(
    const float* x, std::size_t count, double* absoluteSums, double* squareSums, float* absmax)
{
    everyAddAbsolutes(x, count, absoluteSums, squareSums, absmax);
}

double sumOfSquares(const float* x, std::size_t count) { return everySquareSum(x, count); }

SquareSums squareSums(const float* x, const float* y, const float* weights, std::size_t count)
{
    return everySumWeighed(x, y, weights, count);
}

float largest(const float* x, std::size_t count) { return everyLargestValue(x, count); }

float largestMagnitude(const float* x, std::size_t count) { return everyLargestAbsolute(x, count); }

bool allFinite(const float* x, std::size_t count) { return everyAreFinite(x, count); }

} // namespace core::vectormath
