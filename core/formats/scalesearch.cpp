// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/lanes.h"
#include "core/formats/search.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace core::formats {

namespace {

    /// The roundings searchScale tries: the largest weight goes to −(half + 0.1·t). First the plain
    /// one.
    constexpr std::array<int, 19> scaleTries{ 0, -9, -8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5,
        6, 7, 8, 9 };

    /// Σ w·x·l and Σ w·l² of each try; what is beyond scaleTries is padding.
    struct ScaleSums {
        std::array<float, 24> inverse{}; ///< the try's 1/scale
        std::array<float, 24> xl{};
        std::array<float, 24> ll{};
    };

    QUANTSCOPE_VECTOR_CLONES
    void sumScaleTries(const float* x, const float* weight, int count, int half, ScaleSums& sums)
    {
        for (std::size_t first = 0; first < sums.inverse.size(); first += lanes) {
            Floats inverse, xl{}, ll{};
            loadLanes(inverse, &sums.inverse[first]);
            for (int i = 0; i < count; ++i) {
                const Floats scaled = inverse * x[i];
                Floats level;
                nearestLevels(level, scaled, -half, half - 1);
                xl += (weight[i] * x[i]) * level;
                ll += (weight[i] * level) * level;
            }
            storeLanes(xl, &sums.xl[first]);
            storeLanes(ll, &sums.ll[first]);
        }
    }

} // namespace

float searchScale(const float* x, const float* weight, int count, int half, std::uint8_t* codes)
{
    const float largest = largestWeight(x, count);
    std::fill_n(codes, count, std::uint8_t(0));
    if (std::fabs(largest) < zeroGroup)
        return 0.0f;
    std::array<float, largestGroup> squares;
    for (int i = 0; i < count && !weight; ++i)
        squares[std::size_t(i)] = x[i] * x[i];
    ScaleSums sums;
    for (std::size_t t = 0; t < scaleTries.size(); ++t)
        sums.inverse[t] = -(float(half) + 0.1f * float(scaleTries[t])) / largest;
    sumScaleTries(x, weight ? weight : squares.data(), count, half, sums);

    std::size_t chosen = 0;
    float scale = sums.ll[0] != 0 ? sums.xl[0] / sums.ll[0] : 0.0f;
    float gain = scale * sums.xl[0]; // Σ w·x² less the remaining error
    for (std::size_t t = 1; t < scaleTries.size(); ++t) {
        if (sums.ll[t] > 0 && sums.xl[t] * sums.xl[t] > gain * sums.ll[t]) {
            chosen = t;
            scale = sums.xl[t] / sums.ll[t];
            gain = scale * sums.xl[t];
        }
    }
    for (int i = 0; i < count; ++i) {
        const int level = nearestInt(sums.inverse[chosen] * x[i]);
        codes[i] = std::uint8_t(half + std::clamp(level, -half, half - 1));
    }
    return scale;
}

} // namespace core::formats
