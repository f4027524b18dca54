// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/architecture.h"
#include "core/model/configkeys.h"
#include "core/model/lookedat.h"
#include "core/model/ropescaling.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

// The pairs are those of llama.cpp's gguf-py/gguf/constants.py, class Keys.
namespace core {

namespace {

    /// The width of a head: its own pair, or hidden / heads. Keys and values must have it.
    int headDimOf(const GgufKeys& keys, const ModelConfig& model)
    {
        if (model.known()->hasLatents) // key_length is what is kept of a token
            return keys.size("attention.key_length_mla")
                .value_or(keys.size("attention.key_length").value_or(2));
        const auto keyLength = keys.size("attention.key_length");
        if (!keyLength && model.hidden % model.heads != 0)
            throw Error(text(keys.place(), ": ", keys.full("embedding_length"), " is ",
                model.hidden, " and ", keys.full("attention.head_count"), " ", model.heads,
                ", expected a multiple, or ", keys.full("attention.key_length")));
        const int headDim = keyLength.value_or(model.hidden / model.heads);
        const int width = keys.size("attention.value_length").value_or(headDim);
        if (width != headDim)
            throw Error(text(keys.place(), ": ", keys.full("attention.value_length"), " is ", width,
                ", expected ", headDim, ", the width of a head"));
        return headDim;
    }

    /// Which of a head's channels are turned: all where the pair is absent.
    int rotaryChannelsOf(const GgufKeys& keys, const ModelConfig& model)
    {
        const int channels = keys.size("rope.dimension_count").value_or(model.headDim);
        if (channels > model.headDim || channels % 2 != 0
            || (model.known()->turnsWholeHeads && channels != model.headDim))
            throw Error(text(keys.place(), ": ", keys.full("rope.dimension_count"), " is ",
                channels, ", expected ", model.headDim, ", the width of a head"));
        return channels == model.headDim ? 0 : channels;
    }

    void checkHeads(const GgufKeys& keys, const ModelConfig& model)
    {
        const bool isMultiple = model.heads % model.keyValueHeads == 0
            && std::ranges::all_of(
                model.keyValueHeadsOf, [&](int keyHeads) { return model.heads % keyHeads == 0; });
        if (!isMultiple)
            throw Error(text(keys.place(), ": ", keys.full("attention.head_count"), " is ",
                model.heads, " and ", keys.full("attention.head_count_kv"), " ",
                model.keyValueHeads, ", expected the first to be a multiple of the second"));
        if (model.headDim % 2 != 0 || std::int64_t(model.heads) * model.headDim > largestModelSize)
            throw Error(text(keys.place(), ": a head has ", model.headDim,
                " channels, expected an even "
                "number and at most ",
                largestModelSize, " in all heads"));
    }

    float epsilonOf(const GgufKeys& keys, NormKind norm)
    {
        const char* key = norm == NormKind::RootMeanSquare ? "attention.layer_norm_rms_epsilon"
                                                           : "attention.layer_norm_epsilon";
        const auto epsilon = keys.positive(key);
        if (!epsilon)
            throw Error(text(keys.place(), ": ", keys.full(key), " is missing, expected a number"));
        return float(*epsilon);
    }

    std::vector<int> sizesOf(const GgufKeys& keys, const char* key, int layers)
    {
        std::vector<int> sizes;
        for (const double size : keys.perLayer(key, layers)) {
            if (!(size >= 1 && size <= double(largestModelSize)) || size != std::floor(size))
                throw Error(text(keys.place(), ": ", keys.full(key), " holds ", size,
                    ", expected 1 to ", largestModelSize));
            sizes.push_back(int(size));
        }
        return sizes;
    }

    int largestOf(const std::vector<int>& sizes) { return *std::ranges::max_element(sizes); }

    /// A number that all layers must have alike, or `each` (may be null) becomes those of all.
    int sameSize(const GgufKeys& keys, const char* key, ModelConfig& model, int fallback,
        std::vector<int>* each)
    {
        if (!keys.has(key) && fallback > 0)
            return fallback;
        if (!keys.has(key))
            return keys.required(key);
        const auto same = keys.sameSize(key, model.layers);
        if (each && !same)
            return largestOf(*each = sizesOf(keys, key, model.layers));
        if (!same)
            model.notComputed = text(keys.place(), ": ", keys.full(key),
                " differs from layer to layer, which Quantscope does not compute for ",
                model.architecture);
        return same.value_or(1);
    }

    /// The key/value heads of all layers, or of those that attend; of each where they may differ.
    int keyValueHeads(const GgufKeys& keys, const Architecture& architecture, ModelConfig& model)
    {
        constexpr const char* key = "attention.head_count_kv";
        std::vector<double> heads = architecture.attendsWhereHeadsAre
            ? keys.perLayer(key, model.layers)
            : std::vector<double>();
        std::erase(heads, 0.0);
        if (heads.empty())
            return sameSize(keys, key, model, model.heads,
                architecture.variesByLayer ? &model.keyValueHeadsOf : nullptr);
        const double first = heads.front();
        if (!(first >= 1 && first <= double(largestModelSize)) || first != std::floor(first)
            || std::ranges::count(heads, first) != std::ptrdiff_t(heads.size()))
            throw Error(text(keys.place(), ": ", keys.full(key),
                " holds several numbers above 0, expected the same one for all layers that "
                "attend"));
        return int(first);
    }

    void readExperts(const GgufKeys& keys, const Architecture& architecture, ModelConfig& model)
    {
        model.experts = int(keys.number("expert_count").value_or(0)) > 0
            ? keys.size("expert_count").value_or(0)
            : 0;
        if (model.experts == 0)
            return;
        model.expertsUsed = keys.required("expert_used_count");
        if (!architecture.mayHaveExperts)
            model.notComputed = text(keys.place(), ": ", keys.full("expert_count"), " is ",
                model.experts, ": Quantscope does not compute experts of this architecture");
        if (model.expertsUsed > model.experts)
            throw Error(text(keys.place(), ": ", keys.full("expert_used_count"), " is ",
                model.expertsUsed, ", expected at most ", model.experts));
        model.expertSize = keys.size("expert_feed_forward_length").value_or(0);
        model.sharedSize = keys.size("expert_shared_feed_forward_length").value_or(0);
        model.normalizesExperts = architecture.normalizesExperts;
    }

    void readKnown(const GgufKeys& keys, const Architecture& architecture, ModelConfig& model)
    {
        model.layers = keys.required("block_count", largestModelDepth);
        model.hidden = keys.required("embedding_length");
        const auto own
            = [&](std::vector<int>& each) { return architecture.variesByLayer ? &each : nullptr; };
        model.feedForward = sameSize(keys, "feed_forward_length", model,
            keys.size("expert_feed_forward_length").value_or(0), own(model.feedForwardOf));
        model.heads = sameSize(keys, "attention.head_count", model, 0, nullptr);
        model.keyValueHeads = keyValueHeads(keys, architecture, model);
        model.headDim = headDimOf(keys, model);
        model.context = keys.required("context_length");
        checkHeads(keys, model);
        model.normEpsilon = epsilonOf(keys, architecture.norm);
        model.rotary = architecture.rotary;
        model.rotaryChannels = rotaryChannelsOf(keys, model);
        readRope(keys, model);
        readExperts(keys, architecture, model);
        if (architecture.readGguf)
            architecture.readGguf(keys, model);
    }

} // namespace

ModelConfig configFromGguf(const GgufMetadata& metadata, const std::string& place)
{
    const GgufValue* word = metadata.find("general.architecture");
    const auto* name = word ? std::get_if<std::string>(word) : nullptr;
    if (!name)
        throw Error(
            text(place, ": general.architecture is missing, expected a word such as llama"));
    const Architecture* architecture = findArchitecture(*name);
    if (!architecture)
        return lookedAt(metadata,
            text(place, ": the architecture is ", name->substr(0, 100),
                ", which Quantscope does not compute: it can be looked at and requantized"));
    ModelConfig model;
    model.architecture = *name;
    if (const GgufValue* title = metadata.find("general.name"))
        if (const auto* held = std::get_if<std::string>(title))
            model.name = *held;
    const GgufKeys keys(metadata, *name, place);
    readKnown(keys, *architecture, model);
    return model;
}

GgufMetadata configToGguf(const ModelConfig& config)
{
    const Architecture& architecture = *config.known();
    GgufMetadata metadata;
    const auto key = [&](const char* name) { return text(config.architecture, ".", name); };
    const auto size
        = [&](const char* name, int value) { metadata.set(key(name), std::uint32_t(value)); };
    metadata.set("general.architecture", config.architecture);
    metadata.set("general.type", std::string("model"));
    metadata.set("general.name", config.name);
    size("block_count", config.layers);
    size("context_length", config.context);
    size("embedding_length", config.hidden);
    size("feed_forward_length", config.feedForward);
    size("attention.head_count", config.heads);
    size("attention.head_count_kv", config.keyValueHeads);
    metadata.set(key(architecture.norm == NormKind::Layer ? "attention.layer_norm_epsilon"
                                                          : "attention.layer_norm_rms_epsilon"),
        config.normEpsilon);
    if (config.headDim * config.heads != config.hidden) {
        size("attention.key_length", config.headDim);
        size("attention.value_length", config.headDim);
    }
    if (!architecture.learnsPositions) {
        size("rope.dimension_count",
            config.rotaryChannels > 0 ? config.rotaryChannels : config.headDim);
        metadata.set(key("rope.freq_base"), float(config.ropeBase));
    }
    writeRopeScaling(config, metadata);
    if (config.experts > 0) {
        size("expert_count", config.experts);
        size("expert_used_count", config.expertsUsed);
        if (config.expertSize > 0)
            size("expert_feed_forward_length", config.expertSize);
        if (config.sharedSize > 0 && !architecture.countsShared)
            size("expert_shared_feed_forward_length", config.sharedSize);
    }
    if (architecture.writeGguf)
        architecture.writeGguf(config, metadata);
    size("vocab_size", config.vocabulary);
    return metadata;
}

} // namespace core
