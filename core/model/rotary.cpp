// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/rotary.h"

#include "core/base/parallel.h"
#include "core/base/vectormath.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace core {

namespace {

    /// How much of each pair's own frequency stays, the rest is divided by the factor (Peng et al.
    /// 2023, equations 17 to 23, as transformers and llama.cpp compute them).
    std::vector<double> yarnShares(const RotarySpec& spec)
    {
        const YarnScaling& yarn = spec.yarn;
        const double channels = spec.channels;
        const auto pairWith = [&](double turns) {
            return channels * std::log(yarn.context / (2 * std::numbers::pi * turns))
                / (2 * std::log(spec.base));
        };
        double low = pairWith(yarn.fastTurns), high = pairWith(yarn.slowTurns);
        if (yarn.roundsRamp) {
            low = std::floor(low);
            high = std::ceil(high);
        }
        low = std::max(low, 0.0);
        high = std::min(high, channels - 1);
        std::vector<double> shares;
        for (int pair = 0; pair < spec.channels / 2; ++pair)
            shares.push_back(1 - std::clamp((pair - low) / std::max(0.001, high - low), 0.0, 1.0));
        return shares;
    }

} // namespace

std::vector<double> rotaryFrequencies(const RotarySpec& spec, int length)
{
    const bool isLong = spec.longAfter > 0 && length > spec.longAfter && !spec.longFactors.empty();
    const std::vector<float>& factors = isLong ? spec.longFactors : spec.factors;
    const bool isYarn = spec.yarn.factor != 1;
    const std::vector<double> shares = isYarn ? yarnShares(spec) : std::vector<double>();
    std::vector<double> frequencies;
    for (int pair = 0; pair < spec.channels / 2; ++pair) {
        const double divisor = factors.empty() ? 1 : factors[std::size_t(pair)];
        double frequency
            = std::pow(spec.base, -2.0 * pair / spec.channels) / spec.linearFactor / divisor;
        if (isYarn) {
            const double kept = shares[std::size_t(pair)];
            frequency *= kept + (1 - kept) / spec.yarn.factor;
        }
        frequencies.push_back(frequency);
    }
    return frequencies;
}

RotaryTable::RotaryTable(const RotarySpec& spec, int length, int first)
    : m_layout(spec.layout)
    , m_first(first)
    , m_cosine(length - first, spec.channels / 2)
    , m_sine(length - first, spec.channels / 2)
{
    const std::vector<double> frequencies = rotaryFrequencies(spec, length);
    constexpr int tile = 32; // positions: about 1,000 sines and cosines a task
    const int rows = length - first;
    parallelFor(std::size_t((rows + tile - 1) / tile), [&](std::size_t task) {
        const int start = int(task) * tile;
        for (int row = start; row < std::min(start + tile, rows); ++row) {
            for (std::size_t pair = 0; pair < frequencies.size(); ++pair) {
                const double angle = (first + row) * frequencies[pair];
                m_cosine(row, Eigen::Index(pair)) = float(std::cos(angle)) * spec.magnitude;
                m_sine(row, Eigen::Index(pair)) = float(std::sin(angle)) * spec.magnitude;
            }
        }
    });
}

void RotaryTable::turn(float* row, int heads, int headDim, int position) const
{
    const std::size_t pairs = std::size_t(m_cosine.cols());
    const float* cosine = m_cosine.row(position - m_first).data();
    const float* sine = m_sine.row(position - m_first).data();
    for (int head = 0; head < heads; ++head, row += headDim) {
        if (m_layout == RotaryLayout::Halves)
            vectormath::turnPairs(row, row + pairs, cosine, sine, pairs);
        else
            vectormath::turnNeighbours(row, cosine, sine, pairs);
    }
}

void RotaryTable::turnBack(float* row, int heads, int headDim, int position) const
{
    const std::size_t pairs = std::size_t(m_cosine.cols());
    const float* cosine = m_cosine.row(position).data();
    const Vector sine = -m_sine.row(position).transpose();
    for (int head = 0; head < heads; ++head, row += headDim) {
        if (m_layout == RotaryLayout::Halves)
            vectormath::turnPairs(row, row + pairs, cosine, sine.data(), pairs);
        else
            vectormath::turnNeighbours(row, cosine, sine.data(), pairs);
    }
}

} // namespace core
