// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/model/mutations.h"

#include "core/model/architecture.h"
#include "core/model/logitscaling.h"
#include "core/model/walk.h"
#include "tests/core/model/mutationmaking.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace support {

using namespace core;

namespace {

    /// Everything that a layer's description holds, by name.
    [[maybe_unused]] void nameAllProperties(LayerSpec spec)
    {
        [[maybe_unused]] auto& [norm, epsilon, attentionNorm, feedForwardNorm, attentionPostNorm,
            feedForwardPostNorm, attention, deltaNet, shortConvolution, feedForward, experts,
            isParallel, residualScale, perLayer]
            = spec;
        [[maybe_unused]] auto& [netKeyHeads, netValueHeads, netHeadDim, netKernel] = *deltaNet;
        [[maybe_unused]] auto& [kernel] = *shortConvolution;
        [[maybe_unused]] auto& [count, used, expertSize, expertActivation, routing, normalizes,
            sharedSize, groups, groupsUsed, groupBest, weightScale, isBeside]
            = *experts;
        [[maybe_unused]] auto& [heads, keyValueHeads, headDim, rotary, window, scale, cap, qkNorm,
            temperature, temperatureSpan, normsValues, valuesAreKeys, sharedKeys, makesKeys, latent,
            hasGate]
            = attention;
        [[maybe_unused]] auto& [queryRank, keyRank, plain, turned, value, latentEpsilon] = *latent;
        [[maybe_unused]] auto& [ownSize, ownLayer, ownActivation] = *perLayer;
        [[maybe_unused]] auto& [layout, channels, base, linearFactor, factors, longFactors,
            longAfter, yarn, magnitude]
            = rotary;
        [[maybe_unused]] auto& [factor, context, fastTurns, slowTurns, roundsRamp] = yarn;
        [[maybe_unused]] auto& [size, activation, isGated, isFused] = feedForward;
    }

    std::shared_ptr<const Checkpoint> outsideOf(const Dissected& model)
    {
        CheckpointParts parts;
        parts.config = model.config;
        parts.tensors = model.outside;
        return std::make_shared<const Checkpoint>(std::move(parts));
    }

    Tensor withValues(const Tensor& tensor, const Matrix& values)
    {
        Tensor result = tensor;
        const auto owner = std::make_shared<const std::vector<float>>(
            values.data(), values.data() + values.size());
        result.format = &formats::f32;
        result.bytes = std::as_bytes(std::span(*owner));
        result.offset = 0;
        result.file.clear();
        result.mapping = nullptr;
        result.source = nullptr;
        result.owner = owner;
        return result;
    }

    bool leaveOut(Dissected& model, Role role)
    {
        return std::erase_if(model.outside, [role](const Tensor& tensor) {
            return tensor.place.role == role;
        }) > 0;
    }

    void addPerLayer(std::vector<Mutation>& all)
    {
        const auto add = [&all](const char* name, auto change) {
            all.push_back(ofLayers(name, [change](LayerWeights& weights) {
                return weights.spec.perLayer && change(*weights.spec.perLayer);
            }));
        };
        all.push_back(ofLayers("input of each layer's own", [](LayerWeights& weights) {
            const bool had = weights.spec.perLayer.has_value();
            weights.spec.perLayer = std::nullopt;
            return had;
        }));
        add("whose input it is", [](PerLayerSpec& spec) {
            spec.layer = spec.layer > 0 ? spec.layer - 1 : 1;
            return true;
        });
        add("activation of each layer's own input",
            [](PerLayerSpec& spec) { return becomes(spec.activation, Activation::Silu); });
    }

    void addLayer(std::vector<Mutation>& all)
    {
        const auto without = [&all](const char* name, std::optional<Role> LayerSpec::*norm) {
            all.push_back(ofLayers(name, [norm](LayerWeights& weights) {
                return becomes(weights.spec.*norm, std::optional<Role>());
            }));
        };
        without("norm before attention", &LayerSpec::attentionNorm);
        without("norm before the feed-forward", &LayerSpec::feedForwardNorm);
        without("norm after attention", &LayerSpec::attentionPostNorm);
        without("norm after the feed-forward", &LayerSpec::feedForwardPostNorm);
        all.push_back(ofLayers("norm of attention alone", [](LayerWeights& weights) {
            return weights.spec.attentionNorm == Role::AttnNorm2
                && becomes(weights.spec.attentionNorm, Role::AttnNorm);
        }));
        all.push_back(ofLayers("kind of the norms", [](LayerWeights& weights) {
            weights.spec.norm
                = weights.spec.norm == NormKind::Layer ? NormKind::RootMeanSquare : NormKind::Layer;
            return true;
        }));
        all.push_back(ofLayers(
            "epsilon", [](LayerWeights& weights) { return becomes(weights.spec.epsilon, 1e-6f); }));
        all.push_back(ofLayers("attention beside the feed-forward",
            [](LayerWeights& weights) { return becomes(weights.spec.isParallel, false); }));
        all.push_back(ofLayers("scale of the branches",
            [](LayerWeights& weights) { return becomes(weights.spec.residualScale, 1); }));
        all.push_back(ofLayers("activation", [](LayerWeights& weights) {
            Activation& activation = weights.spec.experts ? weights.spec.experts->activation
                                                          : weights.spec.feedForward.activation;
            activation = activation == Activation::Silu ? Activation::GeluTanh : Activation::Silu;
            return true;
        }));
        all.push_back(ofLayers("gate", [](LayerWeights& weights) {
            const auto& experts = weights.spec.experts;
            return (!experts || experts->isBeside)
                && becomes(weights.spec.feedForward.isGated, false);
        }));
        all.push_back(ofLayers("gate before up in one tensor", [](LayerWeights& weights) {
            if (!weights.spec.feedForward.isFused)
                return false;
            Matrix& both = weights.matrix(Role::FfnUp);
            const Eigen::Index size = weights.spec.feedForward.size;
            const Matrix gate = both.topRows(size);
            both.topRows(size) = both.bottomRows(size).eval();
            both.bottomRows(size) = gate;
            return true;
        }));
    }

    void addExperts(std::vector<Mutation>& all)
    {
        const auto add = [&all](const char* name, auto change) {
            all.push_back(ofLayers(name, [change](LayerWeights& weights) {
                return weights.spec.experts && change(*weights.spec.experts);
            }));
        };
        add("experts that a token is sent to", [](ExpertsSpec& spec) {
            --spec.used;
            return true;
        });
        add("weights of the chosen experts sum up to 1", [](ExpertsSpec& spec) {
            spec.normalizes = !spec.normalizes;
            return spec.routing != Routing::SoftmaxOfChosen;
        });
        add("sigmoid of each expert alone", [](ExpertsSpec& spec) {
            return spec.routing == Routing::Sigmoid && becomes(spec.routing, Routing::SoftmaxOfAll);
        });
        all.push_back(ofLayers("experts beside a feed-forward", [](LayerWeights& weights) {
            auto& experts = weights.spec.experts;
            const bool isBeside = experts && experts->isBeside;
            if (isBeside) // in its place
                experts->isBeside = false;
            return isBeside;
        }));
        add("groups of experts", [](ExpertsSpec& spec) { return becomes(spec.groups, 1); });
        add("groups that are used", [](ExpertsSpec& spec) {
            return spec.groups > 1 && becomes(spec.groupsUsed, spec.groups - 1);
        });
        add("what a group is judged by", [](ExpertsSpec& spec) {
            return spec.groups > 1 && spec.routing == Routing::Sigmoid
                && becomes(spec.groupBest, 1);
        });
        add("scale of the experts' weights",
            [](ExpertsSpec& spec) { return becomes(spec.scale, 1); });
        add("softmax over the chosen experts", [](ExpertsSpec& spec) {
            return !spec.normalizes && spec.routing != Routing::Sigmoid
                && becomes(spec.routing, Routing::SoftmaxOfChosen);
        });
        add("shared expert", [](ExpertsSpec& spec) { return becomes(spec.sharedSize, 0); });
    }

    bool arranges(const ModelConfig& config, Arrangement arrangement)
    {
        return std::ranges::any_of(config.known()->arrangements,
            [arrangement](const auto& entry) { return entry.arrangement == arrangement; });
    }

    bool takeOneFromNorms(Dissected& model)
    {
        if (!arranges(model.config, Arrangement::PlusOne))
            return false;
        for (LayerWeights& weights : model.layers)
            for (auto& [role, values] : weights.vectors)
                values.array() -= 1;
        return true;
    }

    /// Rows of q, k and v as Falcon's files have them, as if they were not rearranged.
    bool leaveGrouped(Dissected& model)
    {
        if (!arranges(model.config, Arrangement::GroupedQkv) || model.config.keyValueHeads == 1)
            return false;
        for (LayerWeights& weights : model.layers) {
            const AttentionSpec& spec = weights.spec.attention;
            const Matrix apart = weights.matrix(Role::AttnQkv);
            const int groups = spec.keyValueHeads, each = spec.heads / groups;
            Eigen::Index to = 0;
            const auto put = [&](int head) {
                weights.matrix(Role::AttnQkv).middleRows(to, spec.headDim)
                    = apart.middleRows(Eigen::Index(head) * spec.headDim, spec.headDim);
                to += spec.headDim;
            };
            for (int group = 0; group < groups; ++group) {
                for (int head = 0; head < each; ++head)
                    put(group * each + head);
                put(spec.heads + group);
                put(spec.heads + groups + group);
            }
        }
        return true;
    }

    bool transposeOutput(Dissected& model)
    {
        if (!arranges(model.config, Arrangement::Transposed))
            return false;
        for (LayerWeights& weights : model.layers)
            weights.matrix(Role::AttnOutput).transposeInPlace(); // a square
        return true;
    }

    void addModel(std::vector<Mutation>& all)
    {
        all.push_back(ofConfig("scale of the embedding",
            [](ModelConfig& config) { return becomes(config.embeddingScale, 1); }));
        all.push_back(ofConfig("divisor of logits",
            [](ModelConfig& config) { return becomes(config.logitDivisor, 1); }));
        all.push_back(ofConfig(
            "cap of logits", [](ModelConfig& config) { return becomes(config.finalCap, 0); }));
        all.push_back({ "learned positions",
            [](Dissected& model) { return leaveOut(model, Role::PositionEmbd); } });
        all.push_back(
            { "head of its own", [](Dissected& model) { return leaveOut(model, Role::Output); } });
        all.push_back({ "1 is added to norms", takeOneFromNorms });
        all.push_back({ "q, k, v in groups", leaveGrouped });
        all.push_back({ "transposed matrices", transposeOutput });
    }

    bool isBias(Role role) { return roleName(role).ends_with("bias"); }

    bool flattenOutside(Dissected& model, Role role)
    {
        if (isBias(role))
            return leaveOut(model, role);
        for (Tensor& tensor : model.outside)
            if (tensor.place.role == role) {
                tensor = withValues(tensor, Matrix::Ones(tensor.rows, tensor.columns));
                return true;
            }
        return false;
    }

    bool flattenInside(LayerWeights& weights, Role role)
    {
        if (!weights.vectors.contains(role))
            return false;
        if (isBias(role))
            weights.vectors.erase(role);
        else
            weights.vector(role).setOnes();
        return true;
    }

} // namespace

Dissected dissect(const Checkpoint& checkpoint)
{
    Dissected model{ checkpoint.config(), {}, {} };
    for (const Tensor& tensor : checkpoint.tensors())
        if (tensor.place.layer < 0)
            model.outside.push_back(tensor);
    for (int layer = 0; layer < model.config.layers; ++layer)
        model.layers.push_back(loadLayer(checkpoint, layer, {}));
    return model;
}

Matrix logProbabilities(const Dissected& model, const std::vector<int>& tokens)
{
    const auto outside = outsideOf(model);
    HiddenStates hidden = embed(*outside, { tokens });
    for (int layer = 0; layer < model.config.layers; ++layer)
        walkLayer(hidden, model.layers[std::size_t(layer)], layer, nullptr, {});
    Matrix logits
        = multiplyTransposed(headInput(hidden.states, *outside, {}), decode(outside->head()));
    scaleLogits(logits, logitScaling(model.config));
    for (Eigen::Index row = 0; row < logits.rows(); ++row) {
        const double largest = double(logits.row(row).maxCoeff());
        const double sum = (logits.row(row).cast<double>().array() - largest).exp().sum();
        logits.row(row).array() -= float(largest + std::log(sum));
    }
    return logits;
}

std::vector<Mutation> wiringMutations()
{
    std::vector<Mutation> all;
    addAttention(all);
    addLayer(all);
    addPerLayer(all);
    addMixers(all);
    addExperts(all);
    addModel(all);
    return all;
}

std::vector<Mutation> vectorMutations(const Checkpoint& checkpoint)
{
    std::set<Role> inside, outside;
    for (const Tensor& tensor : checkpoint.tensors())
        if (!tensor.isMatrix() && tensor.place.role != Role::PositionEmbd)
            (tensor.place.layer < 0 ? outside : inside).insert(tensor.place.role);
    std::vector<Mutation> all;
    for (const Role role : inside) {
        all.push_back(
            ofLayers("", [role](LayerWeights& weights) { return flattenInside(weights, role); }));
        all.back().name = roleName(role);
    }
    for (const Role role : outside)
        all.push_back({ std::string(roleName(role)),
            [role](Dissected& model) { return flattenOutside(model, role); } });
    return all;
}

} // namespace support
