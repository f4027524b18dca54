// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/ropescaling.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/architecture.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace core {

namespace {

    int turnedChannels(const ModelConfig& config)
    {
        return config.rotaryChannels > 0 ? config.rotaryChannels : config.headDim;
    }

    /// The divisors of rope scaling "llama3" (Llama 3.1; as `_compute_llama3_parameters` of Hugging
    /// Face transformers): slow frequencies are divided by `factor`, fast ones kept, those
    /// between blended.
    std::vector<float> llama3Factors(const ConfigKeys& scaling, const ModelConfig& config)
    {
        const double factor = scaling.positive("factor");
        const double low = scaling.positive("low_freq_factor");
        const double high = scaling.positive("high_freq_factor");
        const double context = scaling.positive("original_max_position_embeddings");
        if (high <= low)
            throw Error(text(scaling.place(), ": high_freq_factor is ", high,
                ", expected more than ", low, ", the low_freq_factor"));
        std::vector<float> factors;
        const int channels = turnedChannels(config);
        for (int i = 0; i < channels / 2; ++i) {
            const double frequency = std::pow(config.ropeBase, -2.0 * i / channels);
            const double turns = context * frequency / (2 * std::numbers::pi);
            const double smooth = std::clamp((turns - low) / (high - low), 0.0, 1.0);
            factors.push_back(float(1 / ((1 - smooth) / factor + smooth)));
        }
        return factors;
    }

    std::vector<float> longropeFactors(
        const ConfigKeys& scaling, const char* key, const ModelConfig& config)
    {
        const std::vector<double> given = scaling.numbers(key);
        const std::size_t wanted = std::size_t(turnedChannels(config) / 2);
        if (given.size() != wanted)
            throw Error(text(scaling.place(), ": ", key, " has ", given.size(),
                " values, expected ", wanted, ", half the channels that are turned"));
        for (const double factor : given)
            if (!(factor > 0) || !std::isfinite(factor))
                throw Error(text(
                    scaling.place(), ": ", key, " holds ", factor, ", expected numbers above 0"));
        return { given.begin(), given.end() };
    }

    /// "longrope" (Ding et al. 2024) of Phi-3: divisors for short and for long texts.
    void readLongrope(const ConfigKeys& scaling, const ConfigKeys& keys, ModelConfig& config)
    {
        const int before = keys.has("original_max_position_embeddings")
            ? keys.size("original_max_position_embeddings")
            : scaling.size("original_max_position_embeddings", config.context);
        config.ropeContext = before;
        config.ropeFactors = longropeFactors(scaling, "short_factor", config);
        config.longRopeFactors = longropeFactors(scaling, "long_factor", config);
        const double growth
            = scaling.positive("factor", std::max(1.0, double(config.context) / before));
        const double magnitude
            = growth > 1 ? std::sqrt(1 + std::log(growth) / std::log(double(before))) : 1;
        config.ropeMagnitude = float(scaling.positive("attention_factor", magnitude));
    }

    void readYarn(const ConfigKeys& scaling, ModelConfig& config)
    {
        YarnScaling& yarn = config.yarn;
        yarn.factor = scaling.positive("factor");
        yarn.context = scaling.has("original_max_position_embeddings")
            ? scaling.size("original_max_position_embeddings")
            : config.context;
        config.ropeContext = int(yarn.context);
        yarn.fastTurns = scaling.positive("beta_fast", 32);
        yarn.slowTurns = scaling.positive("beta_slow", 1);
        yarn.roundsRamp = scaling.flag("truncate", true);
        const double scale = scaling.number("mscale", 0);
        const double allScale = scaling.number("mscale_all_dim", 0);
        const auto magnitude
            = [&](double a) { return yarn.factor > 1 ? 1 + 0.1 * a * std::log(yarn.factor) : 1.0; };
        const double own
            = scale != 0 && allScale != 0 ? magnitude(scale) / magnitude(allScale) : magnitude(1);
        config.ropeMagnitude = float(scaling.positive("attention_factor", own));
    }

    /// llama.cpp blends from 32 to 1 turns and rounds the ends of the blend; of this magnitude only
    /// mistral3 stores another.
    void noteYarnDifferences(ModelConfig& config)
    {
        const YarnScaling& yarn = config.yarn;
        const bool storesOwn = config.architecture == "mistral3";
        const bool isUsualRamp = yarn.fastTurns == 32 && yarn.slowTurns == 1;
        const bool isUsual
            = std::abs(config.ropeMagnitude / yarnMagnitude(yarn.factor) - 1) < 1e-5f;
        const bool isOfLatents = config.known()->hasLatents; // its family says where they differ
        if (isOfLatents)
            return;
        if (!yarn.roundsRamp || (!storesOwn && !(isUsualRamp && isUsual)))
            config.differences.push_back("llama.cpp takes its own ramp and magnitude for rope "
                                         "scaling yarn: it will compute otherwise");
    }

    void readScaling(const ConfigKeys& scaling, const ConfigKeys& keys, ModelConfig& config)
    {
        const char* typeKey
            = scaling.has("type") && !scaling.has("rope_type") ? "type" : "rope_type";
        const std::string type = scaling.word(typeKey, "default");
        const bool isOldLongrope = type == "yarn" && scaling.has("long_factor");
        if (type == "llama3")
            config.ropeFactors = llama3Factors(scaling, config);
        else if (type == "linear")
            config.ropeLinearFactor = scaling.positive("factor");
        else if (type == "longrope" || type == "su" || isOldLongrope)
            readLongrope(scaling, keys, config);
        else if (type == "yarn") {
            readYarn(scaling, config);
            noteYarnDifferences(config);
        } else if (type == "proportional")
            turnShare(scaling.positive("partial_rotary_factor", 1), config);
        else if (type != "default")
            config.notComputed = text(scaling.place(), ": ", typeKey, " is ", type.substr(0, 100),
                ", expected default, linear, llama3, longrope, yarn or proportional");
    }

} // namespace

void turnShare(double share, ModelConfig& config)
{
    constexpr float still = 1e30f; // as llama.cpp's converter writes it
    const int pairs = config.headDim / 2;
    config.rotaryChannels = 0;
    config.ropeFactors.assign(std::size_t(pairs), still);
    std::fill_n(config.ropeFactors.begin(), int(std::clamp(share, 0.0, 1.0) * pairs), 1.0f);
}

float yarnMagnitude(double factor) { return factor > 1 ? float(1 + 0.1 * std::log(factor)) : 1; }

void readRope(const ConfigKeys& keys, ModelConfig& config)
{
    const Json* parameters = keys.part("rope_parameters");
    const Json* whole = parameters;
    if (parameters && parameters->contains("full_attention")) {
        parameters = &jsonPart(*whole, "full_attention", keys.place());
        const auto local = whole->find("sliding_attention");
        if (local != whole->end() && local->is_object())
            config.localRopeBase = ConfigKeys(*local, keys.place()).positive("rope_theta", 10000);
    }
    const std::string inside
        = text(keys.place(), ": ", parameters ? "rope_parameters" : "rope_scaling");
    const bool isInside = parameters && parameters->contains("rope_theta");
    const ConfigKeys holder(isInside ? *parameters : keys.json(), keys.place());
    config.ropeBase = holder.positive("rope_theta", config.ropeBase);
    if (const double share = parameters
            ? ConfigKeys(*parameters, inside)
                  .positive("partial_rotary_factor", keys.positive("partial_rotary_factor", 1))
            : keys.positive("partial_rotary_factor", 1);
        share < 1)
        config.rotaryChannels = std::max(2, int(share * config.headDim) / 2 * 2);
    const Json* scaling = parameters ? parameters : keys.part("rope_scaling");
    if (scaling)
        readScaling(ConfigKeys(*scaling, inside), keys, config);
}

void readRope(const GgufKeys& keys, ModelConfig& config)
{
    config.ropeBase = keys.positive("rope.freq_base").value_or(config.ropeBase);
    const auto type = keys.word("rope.scaling.type").value_or("none");
    // rope.scale_linear is how older files say "linear".
    const char* key = keys.has("rope.scaling.factor") ? "rope.scaling.factor" : "rope.scale_linear";
    config.ropeContext = keys.size("rope.scaling.original_context_length").value_or(0);
    if (type == "linear" || !keys.has("rope.scaling.type"))
        config.ropeLinearFactor = keys.positive(key).value_or(1);
    else if (type == "yarn") {
        config.yarn.factor = keys.positive("rope.scaling.factor").value_or(1);
        config.yarn.context = config.ropeContext > 0 ? config.ropeContext : config.context;
        config.ropeContext = int(config.yarn.context);
        config.ropeMagnitude = yarnMagnitude(config.yarn.factor);
    } else if (type == "longrope")
        config.ropeMagnitude = float(keys.positive("rope.scaling.attn_factor").value_or(1));
    else if (type != "none")
        config.notComputed = text(keys.place(), ": ", keys.full("rope.scaling.type"), " is ",
            type.substr(0, 100), ", expected none, linear, yarn or longrope");
}

void noteUnknownTurns(ModelConfig& config)
{
    const Architecture& architecture = *config.known();
    const bool isPartly = config.rotaryChannels > 0 && config.rotaryChannels != config.headDim;
    if (isPartly && architecture.turnsWholeHeads)
        config.differences.push_back(
            text("llama.cpp will not load it: its ", architecture.name, " turns whole heads, not ",
                config.rotaryChannels, " of ", config.headDim, " channels"));
    const bool isLong = !config.longRopeFactors.empty();
    const bool isHeld = isLong ? architecture.holdsLongDivisors : architecture.holdsDivisors;
    if (!config.ropeFactors.empty() && !isHeld)
        config.differences.push_back(text("llama.cpp will not load it: its ", architecture.name,
            " takes no divisors of frequencies from a file, which this rope scaling needs"));
    else if (isLong)
        config.differences.push_back(
            text("llama.cpp chooses the divisors for long texts by the context it reserves, not by "
                 "the text: beyond ",
                config.ropeContext, " tokens only that agrees"));
}

void writeRopeScaling(const ModelConfig& config, GgufMetadata& metadata)
{
    const auto key = [&](const char* name) { return text(config.architecture, ".rope.", name); };
    if (config.ropeLinearFactor != 1) {
        metadata.set(key("scaling.type"), std::string("linear"));
        metadata.set(key("scaling.factor"), float(config.ropeLinearFactor));
    }
    if (config.yarn.factor != 1) {
        metadata.set(key("scaling.type"), std::string("yarn"));
        metadata.set(key("scaling.factor"), float(config.yarn.factor));
        metadata.set(key("scaling.original_context_length"), std::uint32_t(config.yarn.context));
    }
    const bool saysWhich = config.known() && config.known()->holdsDivisors; // by the type
    if (!config.longRopeFactors.empty() && saysWhich) {
        metadata.set(key("scaling.type"), std::string("longrope"));
        metadata.set(key("scaling.original_context_length"), std::uint32_t(config.ropeContext));
        metadata.set(key("scaling.attn_factor"), config.ropeMagnitude);
    }
}

} // namespace core
