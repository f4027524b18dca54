// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/rotary.h"
#include "tests/core/model/mutationmaking.h"

#include <algorithm>
#include <cmath>

namespace support {

using namespace core;

namespace {

    template<typename Change>
    Mutation ofRotary(const char* name, Change change)
    {
        return ofLayers(name, [change](LayerWeights& weights) {
            RotarySpec& rotary = weights.spec.attention.rotary;
            return rotary.channels > 0 && change(rotary);
        });
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

    void addScores(std::vector<Mutation>& all)
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
    }

    void addKeys(std::vector<Mutation>& all)
    {
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

} // namespace

void addAttention(std::vector<Mutation>& all)
{
    addRotary(all);
    addYarn(all);
    addScores(all);
    addKeys(all);
    addLatents(all);
}

} // namespace support
