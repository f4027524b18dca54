// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/config.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <type_traits>

// The pairs are those of llama.cpp's gguf-py/gguf/constants.py, class Keys.
namespace core {

namespace {


    /// Reads pairs of one file; every message names it.
    class Pairs {
    public:
        Pairs(const GgufMetadata& metadata, const std::string& place)
            : m_metadata(metadata)
            , m_place(place)
        {
        }

        bool has(const char* key) const { return m_metadata.find(key) != nullptr; }

        std::optional<double> number(const char* key) const
        {
            const GgufValue* value = m_metadata.find(key);
            if (!value)
                return std::nullopt;
            return std::visit(
                [&](const auto& held) -> double {
                    using Held = std::decay_t<decltype(held)>;
                    if constexpr (std::is_arithmetic_v<Held> && !std::is_same_v<Held, bool>)
                        return double(held);
                    else
                        throw Error(text(
                            m_place, ": ", key, " is ", toText(*value), ", expected a number"));
                },
                *value);
        }

        std::optional<std::string> string(const char* key) const
        {
            const GgufValue* value = m_metadata.find(key);
            if (!value)
                return std::nullopt;
            const auto* held = std::get_if<std::string>(value);
            if (!held)
                throw Error(
                    text(m_place, ": ", key, " is ", toText(*value), ", expected a string"));
            return *held;
        }

        /// A whole number from 1 to `largest`; none if absent.
        std::optional<int> size(const char* key, std::int64_t largest = largestModelSize) const
        {
            const auto value = number(key);
            if (!value)
                return std::nullopt;
            if (!(*value >= 1 && *value <= double(largest)) || *value != std::floor(*value))
                throw Error(text(m_place, ": ", key, " is ", *value, ", expected 1 to ", largest));
            return int(*value);
        }

        int required(const char* key, std::int64_t largest = largestModelSize) const
        {
            if (const auto value = size(key, largest))
                return *value;
            throw Error(text(m_place, ": ", key, " is missing, expected a whole number"));
        }

        std::optional<double> positive(const char* key) const
        {
            const auto value = number(key);
            if (value && (!(*value > 0) || !std::isfinite(*value)))
                throw Error(
                    text(m_place, ": ", key, " is ", *value, ", expected a number above 0"));
            return value;
        }

        const std::string& place() const { return m_place; }

    private:
        const GgufMetadata& m_metadata;
        const std::string& m_place;
    };

    /// The width of a head: its own pair, or hidden / heads. Keys, values and the rotary embedding
    /// must all have it.
    int headDimOf(const Pairs& pairs, const ModelConfig& model)
    {
        const auto keyLength = pairs.size("llama.attention.key_length");
        if (!keyLength && model.hidden % model.heads != 0)
            throw Error(text(pairs.place(), ": llama.embedding_length is ", model.hidden,
                " and llama.attention.head_count ", model.heads,
                ", expected a multiple, or llama.attention.key_length"));
        const int headDim = keyLength.value_or(model.hidden / model.heads);
        for (const char* key : { "llama.attention.value_length", "llama.rope.dimension_count" }) {
            if (const int width = pairs.size(key).value_or(headDim); width != headDim)
                throw Error(text(pairs.place(), ": ", key, " is ", width, ", expected ", headDim,
                    ", the width of a head"));
        }
        return headDim;
    }

    void readRope(const Pairs& pairs, ModelConfig& model)
    {
        model.ropeBase = pairs.positive("llama.rope.freq_base").value_or(10000);
        const auto type = pairs.string("llama.rope.scaling.type").value_or("none");
        if (type != "none" && type != "linear")
            throw Error(text(pairs.place(), ": llama.rope.scaling.type is ", type.substr(0, 100),
                ", expected none or linear"));
        // llama.rope.scale_linear is how older files say "linear".
        const char* key = pairs.has("llama.rope.scaling.factor") ? "llama.rope.scaling.factor"
                                                                 : "llama.rope.scale_linear";
        if (type == "linear" || !pairs.has("llama.rope.scaling.type"))
            model.ropeLinearFactor = pairs.positive(key).value_or(1);
    }

} // namespace

ModelConfig configFromGguf(const GgufMetadata& metadata, const std::string& place)
{
    const Pairs pairs(metadata, place);
    const auto architecture = pairs.string("general.architecture");
    if (!architecture)
        throw Error(text(place, ": general.architecture is missing, expected llama"));
    if (*architecture != "llama")
        throw Error(text(
            place, ": the architecture is ", architecture->substr(0, 100), ", expected llama"));
    if (const double experts = pairs.number("llama.expert_count").value_or(0); experts != 0)
        throw Error(
            text(place, ": llama.expert_count is ", experts, ", expected a model without experts"));
    ModelConfig model;
    model.name = pairs.string("general.name").value_or("");
    model.layers = pairs.required("llama.block_count", largestModelDepth);
    model.hidden = pairs.required("llama.embedding_length");
    model.feedForward = pairs.required("llama.feed_forward_length");
    model.heads = pairs.required("llama.attention.head_count");
    model.keyValueHeads = pairs.size("llama.attention.head_count_kv").value_or(model.heads);
    model.headDim = headDimOf(pairs, model);
    model.context = pairs.required("llama.context_length");
    if (model.heads % model.keyValueHeads != 0)
        throw Error(text(place, ": llama.attention.head_count is ", model.heads,
            " and llama.attention.head_count_kv ", model.keyValueHeads,
            ", expected the first to be a multiple of the second"));
    if (model.headDim % 2 != 0 || std::int64_t(model.heads) * model.headDim > largestModelSize)
        throw Error(text(place, ": a head has ", model.headDim,
            " channels, expected an even "
            "number and at most ",
            largestModelSize, " in all heads"));
    const auto epsilon = pairs.positive("llama.attention.layer_norm_rms_epsilon");
    if (!epsilon)
        throw Error(
            text(place, ": llama.attention.layer_norm_rms_epsilon is missing, expected a number"));
    model.normEpsilon = float(*epsilon);
    model.rotary = RotaryLayout::Pairs;
    readRope(pairs, model);
    return model;
}

GgufMetadata configToGguf(const ModelConfig& config)
{
    GgufMetadata metadata;
    const auto size = [&](const char* key, int value) { metadata.set(key, std::uint32_t(value)); };
    metadata.set("general.architecture", config.architecture);
    metadata.set("general.type", std::string("model"));
    metadata.set("general.name", config.name);
    size("llama.block_count", config.layers);
    size("llama.context_length", config.context);
    size("llama.embedding_length", config.hidden);
    size("llama.feed_forward_length", config.feedForward);
    size("llama.attention.head_count", config.heads);
    size("llama.attention.head_count_kv", config.keyValueHeads);
    metadata.set("llama.attention.layer_norm_rms_epsilon", config.normEpsilon);
    if (config.headDim * config.heads != config.hidden) {
        size("llama.attention.key_length", config.headDim);
        size("llama.attention.value_length", config.headDim);
    }
    size("llama.rope.dimension_count", config.headDim);
    metadata.set("llama.rope.freq_base", float(config.ropeBase));
    if (config.ropeLinearFactor != 1) {
        metadata.set("llama.rope.scaling.type", std::string("linear"));
        metadata.set("llama.rope.scaling.factor", float(config.ropeLinearFactor));
    }
    size("llama.vocab_size", config.vocabulary);
    return metadata;
}

} // namespace core
