// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/tinymodel.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace support {

/// Random weights, the same on every system: std::normal_distribution is not.
class RandomWeights {
public:
    explicit RandomWeights(std::uint32_t seed)
        : m_generator(seed)
    {
    }

    /// Normal values of that mean and standard deviation.
    TinyTensor tensor(
        const std::string& name, std::vector<std::int64_t> shape, double mean, double deviation);

private:
    /// Nearly normal: the sum of 12 numbers from [0, 1) has mean 6 and variance 1.
    double normal();

    std::mt19937 m_generator;
};

} // namespace support
