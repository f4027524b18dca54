// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/config.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <optional>

namespace core {

namespace {

    /// object[key], a whole number from 1 to `largest`; `fallback` (0: none) if it is absent.
    int size(const Json& config, const char* key, const std::string& place,
        std::int64_t fallback = 0, std::int64_t largest = largestModelSize)
    {
        const std::int64_t value = fallback > 0 ? jsonValue(config, key, place, fallback)
                                                : jsonValue<std::int64_t>(config, key, place);
        if (value < 1 || value > largest)
            throw Error(text(place, ": ", key, " is ", value, ", expected 1 to ", largest));
        return int(value);
    }

    double positive(double value, std::string_view key, const std::string& place)
    {
        if (!(value > 0) || !std::isfinite(value))
            throw Error(text(place, ": ", key, " is ", value, ", expected a number above 0"));
        return value;
    }

    /// What both kinds of config must satisfy. `words`: how this kind calls heads, key/value heads
    /// and the width of a head.
    void checkHeads(const ModelConfig& config, const std::string& place, std::string_view heads,
        std::string_view keyValueHeads, std::string_view headDim)
    {
        if (config.heads % config.keyValueHeads != 0)
            throw Error(text(place, ": ", heads, " is ", config.heads, " and ", keyValueHeads, " ",
                config.keyValueHeads, ", expected the first to be a multiple of the second"));
        if (config.headDim % 2 != 0)
            throw Error(text(place, ": ", headDim, " is ", config.headDim,
                ", expected an even number, as the rotary embedding pairs channels"));
        if (std::int64_t(config.heads) * config.headDim > largestModelSize)
            throw Error(text(place, ": ", heads, " × ", headDim, " is ",
                std::int64_t(config.heads) * config.headDim, ", expected at most ",
                largestModelSize));
    }

    void requireArchitecture(const Json& config, const std::string& place)
    {
        constexpr std::string_view llama = "LlamaForCausalLM";
        std::string found;
        if (const auto names = config.find("architectures");
            names != config.end() && names->is_array() && !names->empty()) {
            if (!names->front().is_string())
                throw Error(text(place, ": architectures is ", names->dump().substr(0, 100),
                    ", expected a list of names"));
            found = names->front().get<std::string>();
        } else if (jsonValue<std::string>(config, "model_type", place) == "llama") {
            found = llama;
        } else {
            found = config["model_type"].get<std::string>();
        }
        if (found != llama && found != "LlamaModel") // the bare model, without a head of its own
            throw Error(
                text(place, ": the architecture is ", found.substr(0, 100), ", expected ", llama));
    }

    /// Throws for switches that change the computation to one Quantscope does not do.
    void refuseOthers(const Json& config, const std::string& place)
    {
        for (const char* key : { "attention_bias", "mlp_bias" }) {
            if (jsonValue(config, key, place, false))
                throw Error(text(place, ": ", key,
                    " is true, expected false: linear layers with a bias are not supported"));
        }
        const auto activation = jsonValue<std::string>(config, "hidden_act", place, "silu");
        if (activation != "silu" && activation != "swish")
            throw Error(
                text(place, ": hidden_act is ", activation.substr(0, 100), ", expected silu"));
    }

    /// The divisors of rope scaling "llama3" (Llama 3.1; as `_compute_llama3_parameters` of Hugging
    /// Face transformers): slow frequencies are divided by `factor`, fast ones kept, those
    /// between blended.
    std::vector<float> llama3Factors(
        const ModelConfig& config, const Json& scaling, const std::string& place)
    {
        const auto number = [&](const char* key) {
            return positive(jsonValue<double>(scaling, key, place), key, place);
        };
        const double factor = number("factor");
        const double low = number("low_freq_factor");
        const double high = number("high_freq_factor");
        const double context = number("original_max_position_embeddings");
        if (high <= low)
            throw Error(text(place, ": high_freq_factor is ", high, ", expected more than ", low,
                ", the low_freq_factor"));
        std::vector<float> factors;
        for (int i = 0; i < config.headDim / 2; ++i) {
            const double frequency = std::pow(config.ropeBase, -2.0 * i / config.headDim);
            const double turns = context * frequency / (2 * std::numbers::pi);
            const double smooth = std::clamp((turns - low) / (high - low), 0.0, 1.0);
            factors.push_back(float(1 / ((1 - smooth) / factor + smooth)));
        }
        return factors;
    }

    /// rope_theta and rope_scaling, or both inside rope_parameters as newer files have them.
    void readRope(ModelConfig& model, const Json& config, const std::string& place)
    {
        const auto section = [&](const char* key) -> const Json* {
            const auto found = config.find(key);
            return found == config.end() || found->is_null() ? nullptr : &*found;
        };
        const Json* parameters = section("rope_parameters");
        const Json& holder
            = parameters && parameters->contains("rope_theta") ? *parameters : config;
        model.ropeBase
            = positive(jsonValue(holder, "rope_theta", place, 10000.0), "rope_theta", place);
        const Json* scaling = parameters ? parameters : section("rope_scaling");
        if (!scaling)
            return;
        const std::string inside
            = text(place, ": ", parameters ? "rope_parameters" : "rope_scaling");
        const char* typeKey
            = scaling->is_object() && scaling->contains("type") ? "type" : "rope_type";
        const auto type = jsonValue<std::string>(*scaling, typeKey, inside, "default");
        if (type == "llama3")
            model.ropeFactors = llama3Factors(model, *scaling, inside);
        else if (type == "linear")
            model.ropeLinearFactor
                = positive(jsonValue<double>(*scaling, "factor", inside), "factor", inside);
        else if (type != "default")
            throw Error(text(inside, ": ", typeKey, " is ", type.substr(0, 100),
                ", expected default, linear or llama3"));
    }

} // namespace

ModelConfig configFromJson(const Json& config, const std::string& place)
{
    if (!config.is_object())
        throw Error(text(place, ": found ", config.type_name(), ", expected an object"));
    requireArchitecture(config, place);
    refuseOthers(config, place);
    ModelConfig model;
    model.layers = size(config, "num_hidden_layers", place, 0, largestModelDepth);
    model.hidden = size(config, "hidden_size", place);
    model.feedForward = size(config, "intermediate_size", place);
    model.heads = size(config, "num_attention_heads", place);
    model.keyValueHeads = size(config, "num_key_value_heads", place, model.heads);
    const auto headDim = config.find("head_dim");
    if ((headDim == config.end() || headDim->is_null()) && model.hidden % model.heads != 0)
        throw Error(text(place, ": hidden_size is ", model.hidden, " and num_attention_heads ",
            model.heads, ", expected a multiple, or a head_dim"));
    model.headDim = size(config, "head_dim", place, std::max(1, model.hidden / model.heads));
    model.vocabulary = size(config, "vocab_size", place);
    model.context = size(config, "max_position_embeddings", place, 2048); // LlamaConfig's default
    model.normEpsilon
        = float(positive(jsonValue(config, "rms_norm_eps", place, 1e-6), "rms_norm_eps", place));
    model.tiedHead = jsonValue(config, "tie_word_embeddings", place, false);
    checkHeads(model, place, "num_attention_heads", "num_key_value_heads", "head_dim");
    readRope(model, config, place);
    return model;
}

} // namespace core
