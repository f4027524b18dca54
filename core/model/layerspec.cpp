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

    /// That of the layer where layers differ, else that of all.
    int sizeAt(const std::vector<int>& each, int layer, int all)
    {
        return std::size_t(layer) < each.size() ? each[std::size_t(layer)] : all;
    }

    int headDimAt(const ModelConfig& config, int layer)
    {
        return isSet(config.windowed, layer) && config.localHeadDim > 0 ? config.localHeadDim
                                                                        : config.headDim;
    }

    /// The last layer that makes keys of its own and has a window or none as `layer` does; −1:
    /// there is none.
    int keysFor(const ModelConfig& config, int layer)
    {
        int from = config.layers - config.sharedKeyLayers - 1;
        while (from >= 0 && isSet(config.windowed, from) != isSet(config.windowed, layer))
            --from;
        return from;
    }

    void shareKeys(AttentionSpec& spec, const ModelConfig& config, int layer)
    {
        const int first = config.layers - config.sharedKeyLayers;
        spec.makesKeys = layer < first;
        if (config.sharedKeyLayers == 0)
            return;
        const int from = keysFor(config, layer); // the same for all layers of its kind
        const auto isOfKind = [&](int other) {
            return isSet(config.windowed, other) == isSet(config.windowed, layer);
        };
        bool isTaken = !spec.makesKeys;
        for (int other = first; from == layer && !isTaken && other < config.layers; ++other)
            isTaken = isOfKind(other);
        if (isTaken)
            spec.sharedKeys = from;
    }

    RotarySpec rotarySpec(const ModelConfig& config, const Architecture& architecture, int layer)
    {
        RotarySpec spec;
        spec.layout = config.rotary;
        if (architecture.learnsPositions || isSet(config.unturned, layer))
            return spec;
        spec.channels = config.rotaryChannels > 0 ? config.rotaryChannels : config.headDim;
        spec.base = config.ropeBase;
        const bool isOther = config.localRopeBase > 0 || config.localHeadDim > 0;
        if (isSet(config.windowed, layer) && isOther) {
            if (config.localRopeBase > 0)
                spec.base = config.localRopeBase;
            if (config.localHeadDim > 0)
                spec.channels = config.localRotaryChannels > 0 ? config.localRotaryChannels
                                                               : config.localHeadDim;
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
        spec.keyValueHeads = sizeAt(config.keyValueHeadsOf, layer, config.keyValueHeads);
        spec.headDim = headDimAt(config, layer);
        spec.rotary = rotarySpec(config, architecture, layer);
        spec.window = isSet(config.windowed, layer) ? config.window : 0;
        spec.scale = config.attentionScale > 0 ? float(config.attentionScale)
                                               : 1.0f / std::sqrt(float(spec.headDim));
        spec.cap = float(config.attentionCap);
        spec.norm = architecture.queryKeyNorm;
        if (spec.norm == QueryKeyNorm::HeadLayer && !config.hasQueryKeyNorm)
            spec.norm = QueryKeyNorm::None;
        spec.temperature = config.queryTemperature;
        spec.temperatureSpan = config.ropeContext > 0 ? config.ropeContext : 1;
        spec.isGated = architecture.gatesAttention;
        spec.normsValues = architecture.normsValues;
        spec.valuesAreKeys = isSet(config.withoutValues, layer);
        shareKeys(spec, config, layer);
        if (config.latent.keyRank > 0)
            spec.latent = config.latent;
        return spec;
    }

    ExpertsSpec expertsSpec(const ModelConfig& config, const Architecture& architecture)
    {
        ExpertsSpec spec{ config.experts, config.expertsUsed,
            config.expertSize > 0 ? config.expertSize : config.feedForward, architecture.activation,
            architecture.routing, config.normalizesExperts, config.sharedSize };
        if (config.hasSigmoidRouter)
            spec.routing = Routing::Sigmoid;
        spec.groups = config.expertGroups;
        spec.groupsUsed = config.expertGroupsUsed;
        spec.groupBest = config.expertGroupBest;
        spec.scale = float(config.expertsScale);
        spec.isBeside = architecture.hasExpertsBeside;
        return spec;
    }

} // namespace

std::optional<Role> LayerSpec::makerOf(LinearInput input) const
{
    const bool isOutside = input == LinearInput::Attention || input == LinearInput::FeedForward;
    if (isOutside && attentionNorm == feedForwardNorm)
        return std::nullopt; // it makes the other one, too
    if (experts && !experts->isBeside && input == LinearInput::FeedForward)
        return std::nullopt; // the router and all experts read it, too
    return input == LinearInput::Attention  ? attentionNorm
        : input == LinearInput::FeedForward ? feedForwardNorm
        : input == LinearInput::LatentQuery ? std::optional(Role::AttnQANorm)
                                            : std::nullopt;
}

Role LayerSpec::mixerOutput() const
{
    return deltaNet ? Role::SsmOut : shortConvolution ? Role::ShortConvOut : Role::AttnOutput;
}

std::int64_t LayerSpec::mixedChannels(std::int64_t hidden) const
{
    return deltaNet ? deltaNet->values() : shortConvolution ? hidden : attention.context();
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
    spec.feedForward = { sizeAt(config.feedForwardOf, layer, config.feedForward),
        architecture->activation, architecture->isGated, architecture->fusesGateUp };
    if (config.experts > 0 && !isSet(config.dense, layer))
        spec.experts = expertsSpec(config, *architecture);
    if (config.perLayerSize > 0)
        spec.perLayer = PerLayerSpec{ config.perLayerSize, layer, architecture->activation };
    spec.isParallel = config.isParallel;
    spec.residualScale = float(config.residualScale);
    return spec;
}

} // namespace core
