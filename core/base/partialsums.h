// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/lanes.h"

#include <array>
#include <cstddef>
#include <cstring>

/// Sums of floats in double, in vectors of any width: sixteen partial sums in the same places on
/// every processor, so that the result is the same bits.
namespace core::partialsums {

constexpr int places = 16;

/// Half a vector of floats, and those as doubles.
template<int width>
struct Halves {
    using Floats __attribute__((vector_size(2 * width))) = float;
    using Doubles __attribute__((vector_size(4 * width))) = double;
};

/// Σ of partial sums that stay in their places.
template<int width>
class Sums {
public:
    using Floats = typename Halves<width>::Floats;
    using Doubles = typename Halves<width>::Doubles;
    static constexpr int count = places / (width / 2); ///< vectors of doubles

    QUANTSCOPE_KERNEL Sums() { }
    QUANTSCOPE_KERNEL static Doubles wide(const Floats& x)
    {
        return __builtin_convertvector(x, Doubles);
    }
    QUANTSCOPE_KERNEL void add(int i, const Doubles& values) { m_sums[i] += values; }
    /// Adds vectors of floats as they lie: the first of them is number `first` of places / width.
    QUANTSCOPE_KERNEL void addFloats(int first, const lanes::Floats<width>& x)
    {
        float values[width];
        lanes::store(x, values);
        add(2 * first, wide(lanes::load<Floats>(values)));
        add(2 * first + 1, wide(lanes::load<Floats>(values + width / 2)));
    }
    QUANTSCOPE_KERNEL double total() const
    {
        double sums[places];
        std::memcpy(sums, m_sums, sizeof(sums));
        double all = sums[0];
        for (int i = 1; i < places; ++i)
            all += sums[i];
        return all;
    }

private:
    Doubles m_sums[count]{};
};

/// The last, incomplete sixteen with `rest` behind them.
QUANTSCOPE_KERNEL std::array<float, places> tail(const float* x, std::size_t count, float rest = 0)
{
    std::array<float, places> values;
    values.fill(rest);
    std::memcpy(values.data(), x, count * sizeof(float));
    return values;
}

} // namespace core::partialsums
