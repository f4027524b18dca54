// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/configidentity.h"

#include <nlohmann/json.hpp>

namespace core {

Json configIdentity(const ModelConfig& config)
{
    // By name, so that a member that is added does not compile here until it is thought of.
    const auto& [architecture, name, notComputed, layers, predicting, hidden, feedForward, heads,
        keyValueHeads, headDim, vocabulary, context, normEpsilon, ropeBase, localHeadDim,
        localRotaryChannels, keyValueHeadsOf, feedForwardOf, withoutValues, sharedKeyLayers,
        perLayerSize, latent, localRopeBase, rotaryChannels, ropeLinearFactor, ropeFactors,
        longRopeFactors, ropeContext, yarn, ropeMagnitude, unturned, rotary, window, windowed,
        recurrent, deltaNet, shortConvolution, ropeSections, attentionScale, attentionCap,
        queryTemperature, finalCap, embeddingScale, residualScale, logitDivisor, experts,
        expertsUsed, expertSize, sharedSize, dense, hasSigmoidRouter, expertGroups,
        expertGroupsUsed, expertGroupBest, expertsScale, yarnLogMultiplier, normalizesExperts,
        hasQueryKeyNorm, isParallel, hasSecondNorm, tiedHead, differences]
        = config;
    (void)name;
    (void)notComputed;
    (void)predicting;
    (void)differences;
    return Json::array({ architecture, layers, hidden, feedForward, heads, keyValueHeads, headDim,
        vocabulary, context, normEpsilon, ropeBase, localRopeBase, rotaryChannels, ropeLinearFactor,
        ropeFactors, longRopeFactors, ropeContext,
        Json::array({ yarn.factor, yarn.context, yarn.fastTurns, yarn.slowTurns, yarn.roundsRamp }),
        ropeMagnitude, unturned, int(rotary), window, windowed, recurrent,
        Json::array({ deltaNet.keyHeads, deltaNet.valueHeads, deltaNet.headDim, deltaNet.kernel }),
        shortConvolution.kernel, ropeSections, attentionScale, attentionCap, queryTemperature,
        finalCap, embeddingScale, residualScale, logitDivisor, experts, expertsUsed, expertSize,
        sharedSize, normalizesExperts, hasQueryKeyNorm, isParallel, hasSecondNorm, tiedHead,
        localHeadDim, localRotaryChannels, keyValueHeadsOf, feedForwardOf, withoutValues,
        sharedKeyLayers, perLayerSize,
        Json::array({ latent.queryRank, latent.keyRank, latent.plain, latent.turned, latent.value,
            latent.epsilon }),
        dense, hasSigmoidRouter, expertGroups, expertGroupsUsed, expertGroupBest, expertsScale,
        yarnLogMultiplier });
}

} // namespace core
