// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/iq4.h"

#include "core/formats/blockbytes.h"
#include "core/formats/lanes.h"
#include "core/formats/search.h"

#include <cmath>

namespace core::formats::iq4 {

namespace {

    /// Halfway between levels k and k + 1: what is not below it belongs to k + 1 or higher.
    constexpr std::array<float, 15> midpoints = [] {
        std::array<float, 15> middle{};
        for (std::size_t k = 0; k < middle.size(); ++k)
            middle[k] = (levels[k] + levels[k + 1]) / 2;
        return middle;
    }();

    /// The roundings searchScale tries: the largest weight goes to −127 + (−7 … 7), and first of
    /// all to 127.
    constexpr int reach = 7;
    constexpr std::size_t tries = 2 * reach + 2;
    static_assert(tries % lanes == 0);

    /// Σ w·level·x and Σ w·level² of each try.
    struct ScaleSums {
        std::array<float, tries> inverse; ///< the try's 1/scale
        std::array<float, tries> xl;
        std::array<float, tries> ll;
    };

    QUANTSCOPE_VECTOR_CLONES
    void sumTries(const float* x, const float* weight, ScaleSums& sums)
    {
        for (std::size_t first = 0; first < tries; first += lanes) {
            Floats inverse;
            Floats xl{};
            Floats ll{};
            loadLanes(inverse, &sums.inverse[first]);
            for (int i = 0; i < groupSize; ++i) {
                const Floats scaled = inverse * x[i];
                Floats level = Floats{} + levels[0];
                for (std::size_t k = 0; k < midpoints.size(); ++k)
                    level += scaled < midpoints[k] ? Floats{}
                                                   : Floats{} + (levels[k + 1] - levels[k]);
                const Floats wl = weight[i] * level;
                xl += wl * x[i];
                ll += wl * level;
            }
            storeLanes(xl, &sums.xl[first]);
            storeLanes(ll, &sums.ll[first]);
        }
    }

} // namespace

std::array<float, groupSize> groupWeights(const float* x, const float* importance, float variance)
{
    std::array<float, groupSize> weight;
    if (importance)
        weighByImportance(x, importance, variance, groupSize, weight.data());
    else
        for (std::size_t i = 0; i < weight.size(); ++i)
            weight[i] = x[i] * x[i];
    return weight;
}

float searchScale(const float* x, const float* weight)
{
    const float largest = largestWeight(x, groupSize);
    if (std::fabs(largest) < zeroGroup)
        return 0.0f;
    ScaleSums sums;
    sums.inverse[0] = 1 / (-largest / levels[0]);
    for (int t = -reach; t <= reach; ++t)
        sums.inverse[std::size_t(t + reach + 1)] = (float(t) + levels[0]) / largest;
    sumTries(x, weight, sums);

    float scale = sums.ll[0] > 0 ? sums.xl[0] / sums.ll[0] : 0.0f;
    float gain = scale * sums.xl[0]; // Σ w·x² less the remaining error
    for (std::size_t t = 1; t < tries; ++t) {
        if (sums.ll[t] > 0 && sums.xl[t] * sums.xl[t] > gain * sums.ll[t]) {
            scale = sums.xl[t] / sums.ll[t];
            gain = scale * sums.xl[t];
        }
    }
    return scale;
}

void roundToLevels(const float* x, float inverse, std::uint8_t* codes)
{
    for (int i = 0; i < groupSize; ++i) {
        const float scaled = x[i] * inverse;
        unsigned code = 0;
        for (const float middle : midpoints)
            code += scaled < middle ? 0 : 1;
        codes[i] = std::uint8_t(code);
    }
}

void decodeGroup(const std::byte* nibbles, float step, float* weights)
{
    for (int i = 0; i < 16; ++i) {
        weights[i] = step * levels[loadByte(nibbles + i) & 15];
        weights[i + 16] = step * levels[loadByte(nibbles + i) >> 4];
    }
}

} // namespace core::formats::iq4
