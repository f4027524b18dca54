// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/rotary.h"

#include "core/base/parallel.h"
#include "core/base/vectormath.h"

#include <cmath>
#include <vector>

namespace core {

RotaryTable::RotaryTable(const ModelConfig& config, int length)
    : m_layout(config.rotary)
    , m_cosine(length, config.headDim / 2)
    , m_sine(length, config.headDim / 2)
{
    std::vector<double> frequencies;
    for (int pair = 0; pair < config.headDim / 2; ++pair) {
        const double divisor
            = config.ropeFactors.empty() ? 1 : config.ropeFactors[std::size_t(pair)];
        frequencies.push_back(std::pow(config.ropeBase, -2.0 * pair / config.headDim)
            / config.ropeLinearFactor / divisor);
    }
    constexpr int tile = 32; // positions: about 1,000 sines and cosines a task
    parallelFor(std::size_t((length + tile - 1) / tile), [&](std::size_t task) {
        const int first = int(task) * tile;
        for (int position = first; position < std::min(first + tile, length); ++position) {
            for (std::size_t pair = 0; pair < frequencies.size(); ++pair) {
                const double angle = position * frequencies[pair];
                m_cosine(position, Eigen::Index(pair)) = float(std::cos(angle));
                m_sine(position, Eigen::Index(pair)) = float(std::sin(angle));
            }
        }
    });
}

void RotaryTable::turn(float* row, int heads, int position) const
{
    const std::size_t pairs = std::size_t(m_cosine.cols());
    const float* cosine = m_cosine.row(position).data();
    const float* sine = m_sine.row(position).data();
    for (int head = 0; head < heads; ++head, row += 2 * pairs) {
        if (m_layout == RotaryLayout::Halves)
            vectormath::turnPairs(row, row + pairs, cosine, sine, pairs);
        else
            vectormath::turnNeighbours(row, cosine, sine, pairs);
    }
}

} // namespace core
