// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/architecture.h"

#include <cassert>
#include <cmath>

namespace core {

namespace {

    bool isSet(const std::vector<bool>& layers, int layer)
    {
        return std::size_t(layer) < layers.size() && layers[std::size_t(layer)];
    }

    RotarySpec rotarySpec(const ModelConfig& config, const Architecture& architecture, int layer)
    {
        RotarySpec spec;
        spec.layout = config.rotary;
        if (architecture.learnsPositions || isSet(config.unturned, layer))
            return spec;
        spec.channels = config.rotaryChannels > 0 ? config.rotaryChannels : config.headDim;
        spec.base = config.ropeBase;
        if (isSet(config.windowed, layer) && config.localRopeBase > 0) {
            spec.base = config.localRopeBase;
            return spec;
        }
        spec.linearFactor = config.ropeLinearFactor;
        spec.factors = config.ropeFactors;
        spec.longFactors = config.longRopeFactors;
        spec.longAfter = config.ropeContext;
        spec.yarn = config.yarn;
        spec.magnitude = config.ropeMagnitude;
        return spec;
    }

    AttentionSpec attentionSpec(
        const ModelConfig& config, const Architecture& architecture, int layer)
    {
        AttentionSpec spec;
        spec.heads = config.heads;
        spec.keyValueHeads = config.keyValueHeads;
        spec.headDim = config.headDim;
        spec.rotary = rotarySpec(config, architecture, layer);
        spec.window = isSet(config.windowed, layer) ? config.window : 0;
        spec.scale = config.attentionScale > 0 ? float(config.attentionScale)
                                               : 1.0f / std::sqrt(float(config.headDim));
        spec.cap = float(config.attentionCap);
        spec.norm = architecture.queryKeyNorm;
        if (spec.norm == QueryKeyNorm::HeadLayer && !config.hasQueryKeyNorm)
            spec.norm = QueryKeyNorm::None;
        spec.temperature = config.queryTemperature;
        spec.temperatureSpan = config.ropeContext > 0 ? config.ropeContext : 1;
        spec.isGated = architecture.gatesAttention;
        return spec;
    }

} // namespace

std::optional<Role> LayerSpec::makerOf(LinearInput input) const
{
    if (attentionNorm == feedForwardNorm || (experts && input == LinearInput::FeedForward))
        return std::nullopt; // the router and all experts read it, too
    return input == LinearInput::Attention  ? attentionNorm
        : input == LinearInput::FeedForward ? feedForwardNorm
                                            : std::nullopt;
}

Role LayerSpec::mixerOutput() const
{
    return deltaNet ? Role::SsmOut : shortConvolution ? Role::ShortConvOut : Role::AttnOutput;
}

std::int64_t LayerSpec::mixedChannels(std::int64_t hidden) const
{
    return deltaNet ? deltaNet->values() : shortConvolution ? hidden : attention.queries();
}

LayerSpec layerSpec(const ModelConfig& config, int layer)
{
    const Architecture* architecture = config.known();
    assert(architecture && config.notComputed.empty());
    LayerSpec spec;
    spec.norm = architecture->norm;
    spec.epsilon = config.normEpsilon;
    if (!architecture->normsBefore)
        spec.attentionNorm = spec.feedForwardNorm = std::nullopt;
    if (config.hasSecondNorm)
        spec.attentionNorm = Role::AttnNorm2;
    if (config.isParallel)
        spec.feedForwardNorm = Role::AttnNorm;
    if (architecture->postAttentionNormIsBefore)
        spec.feedForwardNorm = Role::PostAttentionNorm;
    if (architecture->normsAfter) {
        spec.attentionPostNorm = Role::PostAttentionNorm;
        spec.feedForwardPostNorm = Role::PostFfwNorm;
    }
    spec.attention = attentionSpec(config, *architecture, layer);
    if (isSet(config.recurrent, layer)) {
        if (config.deltaNet.kernel > 0)
            spec.deltaNet = config.deltaNet;
        if (config.shortConvolution.kernel > 0)
            spec.shortConvolution = config.shortConvolution;
    }
    spec.feedForward = { config.feedForward, architecture->activation, architecture->isGated,
        architecture->fusesGateUp };
    if (config.experts > 0)
        spec.experts = ExpertsSpec{ config.experts, config.expertsUsed,
            config.expertSize > 0 ? config.expertSize : config.feedForward,
            architecture->activation, architecture->routing, config.normalizesExperts,
            config.sharedSize };
    spec.isParallel = config.isParallel;
    spec.residualScale = float(config.residualScale);
    return spec;
}

} // namespace core
