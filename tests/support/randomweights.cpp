// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/randomweights.h"

#include <functional>
#include <numeric>
#include <utility>

namespace support {

TinyTensor RandomWeights::tensor(
    const std::string& name, std::vector<std::int64_t> shape, double mean, double deviation)
{
    const std::int64_t count
        = std::accumulate(shape.begin(), shape.end(), std::int64_t(1), std::multiplies<>());
    TinyTensor tensor{ name, std::move(shape), {} };
    for (std::int64_t i = 0; i < count; ++i)
        tensor.weights.push_back(float(mean + deviation * normal()));
    return tensor;
}

double RandomWeights::normal()
{
    double sum = -6;
    for (int i = 0; i < 12; ++i)
        sum += m_generator() * 0x1p-32;
    return sum;
}

} // namespace support
