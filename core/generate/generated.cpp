// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/generated.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>

namespace core {

namespace {

    /// What stepToken reads of a layer.
    constexpr std::array readRoles{ Role::AttnNorm, Role::AttnNormBias, Role::AttnNorm2,
        Role::AttnNorm2Bias, Role::AttnQkv, Role::AttnQkvBias, Role::AttnQ, Role::AttnQBias,
        Role::AttnK, Role::AttnKBias, Role::AttnV, Role::AttnVBias, Role::AttnQNorm,
        Role::AttnKNorm, Role::AttnSinks, Role::AttnOutput, Role::AttnOutputBias,
        Role::PostAttentionNorm, Role::FfnNorm, Role::FfnNormBias, Role::FfnGateInp,
        Role::FfnGateInpBias, Role::FfnGateInpShexp, Role::ExpProbsBias, Role::FfnGate,
        Role::FfnGateBias, Role::FfnUp, Role::FfnUpBias, Role::FfnDown, Role::FfnDownBias,
        Role::FfnGateExps, Role::FfnGateExpsBias, Role::FfnUpExps, Role::FfnUpExpsBias,
        Role::FfnGateUpExps, Role::FfnDownExps, Role::FfnDownExpsBias, Role::FfnGateShexp,
        Role::FfnUpShexp, Role::FfnDownShexp, Role::PostFfwNorm, Role::LayerOutputScale,
        Role::RopeFreqs };

    /// What the layer does besides, which no tensor of its own need say.
    bool isOtherwise(const LayerSpec& spec)
    {
        return spec.deltaNet || spec.shortConvolution || spec.attention.latent || spec.perLayer
            || (spec.experts && spec.experts->isBeside);
    }

    std::string whyNotStepped(const Checkpoint& checkpoint, int layer)
    {
        for (const Tensor* tensor : checkpoint.inLayer(layer))
            if (std::ranges::find(readRoles, tensor->place.role) == readRoles.end())
                return text("layer ", layer, " has ", tensor->name,
                    ", which text is not generated with: only attention and feed-forwards are "
                    "stepped through token by token");
        const auto has = [&](Role role) {
            return checkpoint.find(Place{ role, layer }) != nullptr;
        };
        const LayerSpec spec = layerSpec(checkpoint.config(), layer);
        const bool hasValues = has(Role::AttnV) || spec.attention.valuesAreKeys;
        const bool hasHeads
            = has(Role::AttnQkv) || (has(Role::AttnQ) && has(Role::AttnK) && hasValues);
        if (isOtherwise(spec) || !spec.attention.makesKeys || !hasHeads || !has(Role::AttnOutput))
            return text("layer ", layer,
                " has no queries, keys and values of its own, which generating text wants");
        return {};
    }

} // namespace

std::string whyNotGenerated(const Checkpoint& checkpoint)
{
    if (!checkpoint.isComputed())
        return checkpoint.config().notComputed;
    for (int layer = 0; layer < checkpoint.config().layers; ++layer)
        if (std::string why = whyNotStepped(checkpoint, layer); !why.empty())
            return why;
    return {};
}

} // namespace core
