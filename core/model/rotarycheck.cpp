// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/rotarycheck.h"

#include "core/base/text.h"

namespace core {

std::string rotaryObstacle(const ModelConfig& config)
{
    for (int layer = 0; layer < config.layers; ++layer) {
        const AttentionSpec spec = layerSpec(config, layer).attention;
        const int channels = spec.rotary.channels;
        const int most = spec.latent ? spec.latent->turned : spec.headDim;
        if (channels > most)
            return text("the rotary embedding turns ", channels, " channels of the heads of layer ",
                layer, ", which have ", most);
        for (const auto* factors : { &spec.rotary.factors, &spec.rotary.longFactors })
            if (!factors->empty() && factors->size() != std::size_t(channels / 2))
                return text("rope scaling divides the frequencies of ", factors->size(),
                    " pairs of channels, expected ", channels / 2, ", as layer ", layer, " turns");
    }
    return {};
}

} // namespace core
