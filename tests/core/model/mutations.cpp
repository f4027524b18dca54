// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/model/mutations.h"

#include "core/model/architecture.h"
#include "core/model/logitscaling.h"
#include "core/model/rotary.h"
#include "core/model/walk.h"

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

    template<typename Change>
    Mutation ofConfig(const char* name, Change change)
    {
        return { name, [change](Dissected& model) {
                    if (!change(model.config))
                        return false;
                    for (int layer = 0; layer < model.config.layers; ++layer)
                        model.layers[std::size_t(layer)].spec = layerSpec(model.config, layer);
                    return true;
                } };
    }

    template<typename Change>
    Mutation ofLayers(const char* name, Change change)
    {
        return { name, [change](Dissected& model) {
                    bool isChanged = false;
                    for (LayerWeights& weights : model.layers)
                        isChanged |= bool(change(weights));
                    return isChanged;
                } };
    }

    template<typename Change>
    Mutation ofRotary(const char* name, Change change)
    {
        return ofLayers(name, [change](LayerWeights& weights) {
            RotarySpec& rotary = weights.spec.attention.rotary;
            return rotary.channels > 0 && change(rotary);
        });
    }

    /// Sets `value` to `other`, if it is something else.
    template<typename Value, typename Other>
    bool becomes(Value& value, const Other& other)
    {
        const bool isOther = !(value == Value(other));
        value = Value(other);
        return isOther;
    }

    bool leaveOut(Dissected& model, Role role)
    {
        return std::erase_if(model.outside, [role](const Tensor& tensor) {
            return tensor.place.role == role;
        }) > 0;
    }

    void addRotary(std::vector<Mutation>& all)
    {
        all.push_back(ofRotary("pairs of a head's channels", [](RotarySpec& rotary) {
            rotary.layout = rotary.layout == RotaryLayout::Halves ? RotaryLayout::Pairs
                                                                  : RotaryLayout::Halves;
            return true;
        }));
        all.push_back(ofLayers("part of a head is turned", [](LayerWeights& weights) {
            AttentionSpec& spec = weights.spec.attention;
            if (spec.latent) // which has its own word on it
                return false;
            const bool isPart
                = spec.rotary.channels > 0 && becomes(spec.rotary.channels, spec.headDim);
            for (std::vector<float>* factors : { &spec.rotary.factors, &spec.rotary.longFactors })
                if (!factors->empty())
                    factors->resize(std::size_t(spec.headDim / 2), factors->back());
            return isPart;
        }));
        all.push_back(ofRotary("rope base", [](RotarySpec& rotary) {
            rotary.base *= 4;
            return true;
        }));
        all.push_back(ofRotary("rope scaling: linear",
            [](RotarySpec& rotary) { return becomes(rotary.linearFactor, 1); }));
        // Divisors for short texts show in texts that are not long.
        all.push_back(ofRotary("rope scaling: divisors",
            [](RotarySpec& rotary) { return becomes(rotary.factors, std::vector<float>()); }));
        all.back().length = 32;
        all.push_back(ofRotary("rope scaling: divisors of long texts", [](RotarySpec& rotary) {
            return !rotary.longFactors.empty() && becomes(rotary.longFactors, rotary.factors);
        }));
        all.push_back(
            ofRotary("rope scaling: from which length texts are long", [](RotarySpec& rotary) {
                return !rotary.longFactors.empty() && becomes(rotary.longAfter, 64);
            }));
        all.push_back(ofRotary("magnitude of sines and cosines",
            [](RotarySpec& rotary) { return becomes(rotary.magnitude, 1); }));
        all.push_back(ofConfig("layers without positions",
            [](ModelConfig& config) { return becomes(config.unturned, std::vector<bool>()); }));
        all.push_back(ofConfig("rope base of layers with a window", [](ModelConfig& config) {
            return config.localRopeBase > 0 && becomes(config.localRopeBase, config.ropeBase);
        }));
    }

    void addYarn(std::vector<Mutation>& all)
    {
        const auto add = [&all](const char* name, auto change) {
            all.push_back(ofRotary(name, [change](RotarySpec& rotary) {
                return rotary.yarn.factor != 1 && change(rotary.yarn);
            }));
        };
        add("yarn: factor", [](YarnScaling& yarn) { return becomes(yarn.factor, 1); });
        add("yarn: context", [](YarnScaling& yarn) {
            yarn.context *= 4;
            return true;
        });
        add("yarn: fast turns", [](YarnScaling& yarn) { return becomes(yarn.fastTurns, 32); });
        add("yarn: slow turns", [](YarnScaling& yarn) { return becomes(yarn.slowTurns, 1); });
        all.push_back(ofRotary("yarn: ends of the ramp are whole", [](RotarySpec& rotary) {
            const std::vector<double> before = rotaryFrequencies(rotary, 64);
            rotary.yarn.roundsRamp = !rotary.yarn.roundsRamp;
            const std::vector<double> after = rotaryFrequencies(rotary, 64);
            double change = 0; // they may lie on whole channels anyhow
            for (std::size_t i = 0; i < before.size(); ++i)
                change = std::max(change, std::abs(after[i] / before[i] - 1));
            return change > 1e-3;
        }));
    }

    /// q's heads in an order in which they share other keys; attn_output reads them so, too.
    bool shareOtherKeys(LayerWeights& weights)
    {
        const AttentionSpec& spec = weights.spec.attention;
        if (spec.keyValueHeads == 1 || spec.keyValueHeads == spec.heads || !weights.has(Role::AttnQ)
            || spec.norm == QueryKeyNorm::HeadLayer || spec.norm == QueryKeyNorm::Whole)
            return false;
        const Matrix q = weights.matrix(Role::AttnQ), output = weights.matrix(Role::AttnOutput);
        const Vector* bias = weights.findVector(Role::AttnQBias);
        const Vector oldBias = bias ? *bias : Vector();
        const Eigen::Index size = spec.headDim, rows = spec.queryRows() / spec.heads;
        for (int head = 0; head < spec.heads; ++head) {
            const Eigen::Index from = ((head + 1) % spec.heads) * size, to = head * size;
            weights.matrix(Role::AttnQ).middleRows(to / size * rows, rows)
                = q.middleRows(from / size * rows, rows);
            weights.matrix(Role::AttnOutput).middleCols(to, size) = output.middleCols(from, size);
            if (bias)
                weights.vector(Role::AttnQBias).segment(to, size) = oldBias.segment(from, size);
        }
        return true;
    }

    /// Layers that share keys take those of another layer than the last of their kind.
    bool shareOthers(Dissected& model)
    {
        bool isChanged = false;
        for (LayerWeights& taking : model.layers) {
            AttentionSpec& spec = taking.spec.attention;
            if (spec.makesKeys || !spec.sharedKeys)
                continue;
            for (int other = 0; other < *spec.sharedKeys; ++other) {
                AttentionSpec& made = model.layers[std::size_t(other)].spec.attention;
                if (!made.makesKeys || made.headDim != spec.headDim)
                    continue;
                made.sharedKeys = spec.sharedKeys = other;
                isChanged = true;
                break;
            }
        }
        return isChanged;
    }

    bool regroupNorm(LayerWeights& weights)
    {
        AttentionSpec& spec = weights.spec.attention;
        if (spec.norm == QueryKeyNorm::None || !weights.vectors.contains(Role::AttnQNorm))
            return false;
        if (spec.norm == QueryKeyNorm::Head)
            for (const auto& [role, heads] : { std::pair(Role::AttnQNorm, spec.heads),
                     std::pair(Role::AttnKNorm, spec.keyValueHeads) })
                if (weights.vectors.contains(role))
                    weights.vector(role) = Vector(weights.vector(role).replicate(heads, 1));
        spec.norm
            = spec.norm == QueryKeyNorm::HeadLayer ? QueryKeyNorm::Whole : QueryKeyNorm::HeadLayer;
        return true;
    }

    void addAttention(std::vector<Mutation>& all)
    {
        all.push_back(ofLayers("window",
            [](LayerWeights& weights) { return becomes(weights.spec.attention.window, 0); }));
        all.push_back(ofConfig("layers with a window", [](ModelConfig& config) {
            const std::vector<bool> before = config.windowed;
            if (config.localHeadDim > 0) // their matrices have other sizes
                return false;
            if (!before.empty())
                std::rotate(
                    config.windowed.begin(), config.windowed.begin() + 1, config.windowed.end());
            return config.windowed != before;
        }));
        all.push_back(ofLayers("scale of scores", [](LayerWeights& weights) {
            weights.spec.attention.scale *= 0.5f;
            return true;
        }));
        all.push_back(ofConfig("scale of scores of its own", [](ModelConfig& config) {
            const double usual = 1 / std::sqrt(double(config.headDim));
            return config.attentionScale != 0 && std::abs(config.attentionScale - usual) > 1e-6
                && becomes(config.attentionScale, 0);
        }));
        all.push_back(ofLayers("cap of scores",
            [](LayerWeights& weights) { return becomes(weights.spec.attention.cap, 0); }));
        all.push_back(ofLayers("norm of queries and keys", [](LayerWeights& weights) {
            return becomes(weights.spec.attention.norm, QueryKeyNorm::None);
        }));
        all.push_back(ofLayers("kind of the norm of queries and keys", regroupNorm));
        all.push_back(ofLayers("scale of queries by position",
            [](LayerWeights& weights) { return becomes(weights.spec.attention.temperature, 0); }));
        all.push_back(ofLayers("span of the scale by position", [](LayerWeights& weights) {
            AttentionSpec& spec = weights.spec.attention;
            spec.temperatureSpan *= 2;
            return spec.temperature != 0;
        }));
        all.push_back(ofLayers("which queries share keys", shareOtherKeys));
        all.push_back(ofLayers("norm of values", [](LayerWeights& weights) {
            return becomes(weights.spec.attention.normsValues, false);
        }));
        all.push_back(ofLayers("values are keys", [](LayerWeights& weights) {
            if (!becomes(weights.spec.attention.valuesAreKeys, false))
                return false;
            const Matrix keys = weights.matrix(Role::AttnK); // neighbours in each other's place
            Matrix values = keys;
            for (Eigen::Index row = 0; row < keys.rows(); ++row)
                values.row(row) = keys.row(row ^ 1);
            weights.matrices[Role::AttnV] = values;
            return true;
        }));
        all.push_back({ "whose keys are shared", shareOthers });
        all.push_back(ofLayers("layers that take the keys of others", [](LayerWeights& weights) {
            AttentionSpec& spec = weights.spec.attention;
            if (spec.makesKeys)
                return false;
            spec.makesKeys = true;
            spec.sharedKeys = std::nullopt;
            const Matrix& q = weights.matrix(Role::AttnQ);
            weights.matrices[Role::AttnK] = q.topRows(spec.keys());
            weights.matrices[Role::AttnV] = q.bottomRows(spec.keys());
            weights.vectors[Role::AttnKNorm] = weights.vector(Role::AttnQNorm);
            return true;
        }));
    }

    void addLatents(std::vector<Mutation>& all)
    {
        all.push_back(ofLayers("latents: which channels are turned", [](LayerWeights& weights) {
            AttentionSpec& spec = weights.spec.attention;
            return spec.latent && becomes(spec.rotary.channels, 0);
        }));
        all.push_back(ofLayers("latents: norm's epsilon", [](LayerWeights& weights) {
            auto& latent = weights.spec.attention.latent;
            return latent && becomes(latent->epsilon, 0.1f);
        }));
        all.push_back(ofLayers("latents: head's matrix of keys", [](LayerWeights& weights) {
            const auto& latent = weights.spec.attention.latent;
            if (!latent)
                return false;
            const Matrix keys = weights.matrix(Role::AttnKB);
            Matrix& moved = weights.matrix(Role::AttnKB); // each head has the next one's
            moved.bottomRows(latent->keyRank) = keys.topRows(latent->keyRank);
            moved.topRows(keys.rows() - latent->keyRank)
                = keys.bottomRows(keys.rows() - latent->keyRank);
            return true;
        }));
        all.push_back(ofLayers("latents: head's matrix of values", [](LayerWeights& weights) {
            const auto& latent = weights.spec.attention.latent;
            if (!latent)
                return false;
            const Matrix values = weights.matrix(Role::AttnVB);
            Matrix& moved = weights.matrix(Role::AttnVB);
            moved.bottomRows(latent->value) = values.topRows(latent->value);
            moved.topRows(values.rows() - latent->value)
                = values.bottomRows(values.rows() - latent->value);
            return true;
        }));
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
    addRotary(all);
    addYarn(all);
    addAttention(all);
    addLatents(all);
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
