// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/core/model/mutations.h"

/// What the files of mutations make them of.
namespace support {

/// Changes the config, from which the layers are described anew. `change` gives false where there
/// was nothing to change.
template<typename Change>
Mutation ofConfig(const char* name, Change change)
{
    return { name, [change](Dissected& model) {
                if (!change(model.config))
                    return false;
                for (int layer = 0; layer < model.config.layers; ++layer)
                    model.layers[std::size_t(layer)].spec = core::layerSpec(model.config, layer);
                return true;
            } };
}

/// Changes every layer, each by itself.
template<typename Change>
Mutation ofLayers(const char* name, Change change)
{
    return { name, [change](Dissected& model) {
                bool isChanged = false;
                for (core::LayerWeights& weights : model.layers)
                    isChanged |= bool(change(weights));
                return isChanged;
            } };
}

/// Sets `value` to `other`; whether it was something else.
template<typename Value, typename Other>
bool becomes(Value& value, const Other& other)
{
    const bool isOther = !(value == Value(other));
    value = Value(other);
    return isOther;
}

/// Those of what stands in the place of attention in some layers.
void addMixers(std::vector<Mutation>& all);
/// Those of attention: positions, scores, who reads whose keys, latents.
void addAttention(std::vector<Mutation>& all);

} // namespace support
