// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/backward.h"

#include "core/base/text.h"
#include "core/model/backwardsteps.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace core {

using namespace backward;

void backwardLayer(MatrixBlock gradient, const MatrixView& hidden, const LayerWeights& weights,
    const BackwardPlace& place, BackwardObserver& observer, const Progress& progress)
{
    const LayerSpec& spec = weights.spec;
    const Step step{ weights, place, observer, progress };
    const Matrix input = attentionInput(hidden, weights, progress);
    const Matrix context = attentionContext(input, weights, place.length, progress);
    Matrix middle; // what the feed-forward's norm reads, where it is not `hidden`
    if (!spec.isParallel) {
        middle = hidden;
        addAttention(middle, context, weights, progress);
    }
    const MatrixView read = spec.isParallel ? hidden : MatrixView(middle);
    const auto throughSecond = [&] {
        const Matrix own = feedForwardInput(read, weights, progress);
        Matrix g = spec.experts ? throughExperts(gradient, own, step)
                                : throughFeedForward(gradient, own, step);
        return throughNormBefore(read, std::move(g), spec.feedForwardNorm, step);
    };
    const auto throughFirst = [&] {
        return throughNormBefore(
            hidden, throughAttention(gradient, input, context, step), spec.attentionNorm, step);
    };
    const Matrix second = throughSecond();
    if (!spec.isParallel)
        gradient += second;
    gradient += throughFirst();
    if (spec.isParallel)
        gradient += second;
}

namespace {

    // What the steps back know. A layer with anything else computes something that they do not.
    constexpr std::array knownRoles{ Role::AttnNorm, Role::AttnNormBias, Role::AttnNorm2,
        Role::AttnNorm2Bias, Role::AttnQkv, Role::AttnQkvBias, Role::AttnQ, Role::AttnQBias,
        Role::AttnK, Role::AttnKBias, Role::AttnV, Role::AttnVBias, Role::AttnQNorm,
        Role::AttnKNorm, Role::AttnSinks, Role::AttnOutput, Role::AttnOutputBias,
        Role::PostAttentionNorm, Role::FfnNorm, Role::FfnNormBias, Role::FfnGateInp,
        Role::FfnGateInpBias, Role::FfnGateInpShexp, Role::FfnGate, Role::FfnGateBias, Role::FfnUp,
        Role::FfnUpBias, Role::FfnDown, Role::FfnDownBias, Role::FfnGateExps, Role::FfnGateExpsBias,
        Role::FfnUpExps, Role::FfnUpExpsBias, Role::FfnGateUpExps, Role::FfnDownExps,
        Role::FfnDownExpsBias, Role::FfnGateShexp, Role::FfnUpShexp, Role::FfnDownShexp,
        Role::PostFfwNorm };

    bool isKnown(Role role) { return std::ranges::find(knownRoles, role) != knownRoles.end(); }

    /// A part of the layer whose steps back are not written, in words; empty: there is none.
    std::string_view unknownPart(const LayerSpec& spec)
    {
        if (spec.deltaNet)
            return "a gated delta net";
        if (spec.shortConvolution)
            return "a short convolution";
        if (spec.attention.latent)
            return "latent attention";
        if (spec.attention.isGated)
            return "a gate on what attention gives";
        if (spec.attention.normsValues)
            return "a norm of attention's values";
        if (spec.attention.valuesAreKeys)
            return "values that are its keys";
        if (spec.attention.sharedKeys)
            return "keys that other layers share";
        if (spec.perLayer)
            return "an input of its own";
        if (spec.experts && spec.experts->isBeside)
            return "experts beside a feed-forward";
        const bool weighsOtherwise = spec.experts
            && (spec.experts->routing == Routing::Sigmoid || spec.experts->scale != 1);
        return weighsOtherwise ? "a router with a sigmoid or a scale" : std::string_view();
    }

    bool hasAttention(const std::vector<const Tensor*>& tensors)
    {
        const auto has = [&](Role role) {
            return std::ranges::any_of(
                tensors, [role](const Tensor* tensor) { return tensor->place.role == role; });
        };
        const bool projects
            = has(Role::AttnQkv) || (has(Role::AttnQ) && has(Role::AttnK) && has(Role::AttnV));
        return projects && has(Role::AttnOutput);
    }

} // namespace

std::optional<std::string> backwardObstacle(const Checkpoint& checkpoint)
{
    if (!checkpoint.isComputed())
        return checkpoint.config().notComputed;
    const auto sentence = [&](int layer, const auto&... what) {
        return text(checkpoint.path().string(), ": layer ", layer, " has ", what...,
            ", of which the way back is not known; losses of single tensors cannot be predicted");
    };
    for (int layer = 0; layer < checkpoint.config().layers; ++layer) {
        const std::string_view part = unknownPart(layerSpec(checkpoint.config(), layer));
        if (!part.empty())
            return sentence(layer, part);
        const std::vector<const Tensor*> tensors = checkpoint.inLayer(layer);
        for (const Tensor* tensor : tensors)
            if (!isKnown(tensor->place.role))
                return sentence(layer, tensor->name);
        if (!hasAttention(tensors))
            return sentence(layer, "no attention of its own");
    }
    return std::nullopt;
}

} // namespace core
