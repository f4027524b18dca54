// SPDX-License-Identifier: GPL-3.0-or-later
#include "syntheticlayer.h"

#include <array>
#include <map>
#include <random>

namespace {

core::Matrix randomMatrix(Eigen::Index rows, Eigen::Index columns, std::mt19937& random)
{
    std::normal_distribution<float> normal;
    return core::Matrix::NullaryExpr(rows, columns, [&] { return normal(random); });
}

SyntheticLayer newLayer(int out, int in, int tokens, unsigned seed)
{
    std::mt19937 random(seed);
    const int latent = std::max(1, in / 4);
    SyntheticLayer layer;
    layer.W = 0.05f * randomMatrix(out, in, random);
    layer.x = randomMatrix(tokens, latent, random) * randomMatrix(latent, in, random)
            / std::sqrt(float(latent))
        + 0.3f * randomMatrix(tokens, in, random);
    std::lognormal_distribution<float> size(0.0f, 0.7f);
    for (int channel = 0; channel < in; ++channel)
        layer.x.col(channel) *= size(random) * (channel % 61 == 7 ? 20.0f : 1.0f);
    return layer;
}

} // namespace

SyntheticLayer syntheticLayer(int out, int in, int tokens, unsigned seed)
{
    static std::map<std::array<int, 4>, SyntheticLayer> layers; // tests ask for the same again
    const auto [known, isNew] = layers.try_emplace({ out, in, tokens, int(seed) });
    if (isNew)
        known->second = newLayer(out, in, tokens, seed);
    return known->second;
}
