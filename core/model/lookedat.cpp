// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/lookedat.h"

#include "core/model/architecture.h"

#include <nlohmann/json.hpp>

#include <initializer_list>
#include <type_traits>
#include <utility>
#include <variant>

namespace core {

namespace {

    constexpr const char* unnamed = "unknown"; ///< an architecture that nothing names

    /// The first of the keys that holds a size from 1 to `largest`; 0: none does.
    int sizeIn(const Json& config, std::initializer_list<const char*> keys, std::int64_t largest)
    {
        for (const char* key : keys) {
            const auto found = config.find(key);
            if (found != config.end() && found->is_number_unsigned()
                && found->get<std::uint64_t>() <= std::uint64_t(largest))
                return found->get<int>();
        }
        return 0;
    }

    std::string wordIn(const Json& holder, const char* key)
    {
        const auto found = holder.find(key);
        if (found == holder.end())
            return {};
        const Json& value = found->is_array() && !found->empty() ? found->front() : *found;
        return value.is_string() ? value.get<std::string>() : std::string();
    }

    int sizeIn(const GgufMetadata& metadata, const std::string& key, std::int64_t largest)
    {
        const GgufValue* value = metadata.find(key);
        if (!value)
            return 0;
        return std::visit(
            [largest](const auto& held) {
                using Held = std::decay_t<decltype(held)>;
                if constexpr (std::is_arithmetic_v<Held> && !std::is_same_v<Held, bool>)
                    return double(held) >= 1 && double(held) <= double(largest) ? int(held) : 0;
                else
                    return 0;
            },
            *value);
    }

    std::string stringIn(const GgufMetadata& metadata, const char* key)
    {
        const GgufValue* value = metadata.find(key);
        const auto* held = value ? std::get_if<std::string>(value) : nullptr;
        return held ? *held : std::string();
    }

} // namespace

Json textPart(const Json& config)
{
    Json merged = config;
    for (const char* key : { "llm_config", "lm_config", "language_config", "text_config" })
        if (const auto part = config.find(key); part != config.end() && part->is_object())
            merged.update(*part);
    return merged;
}

ModelConfig lookedAt(const Json& config, std::string reason)
{
    ModelConfig model;
    model.notComputed = std::move(reason);
    model.architecture = unnamed;
    if (!config.is_object())
        return model;
    const Json merged = textPart(config);
    const std::string className = wordIn(merged, "architectures");
    const std::string modelType = wordIn(merged, "model_type");
    if (const Architecture* known = findHuggingArchitecture(className, modelType))
        model.architecture = known->name;
    else if (!className.empty() || !modelType.empty())
        model.architecture = className.empty() ? modelType : className;
    model.layers = sizeIn(merged, { "num_hidden_layers", "n_layer" }, largestModelDepth);
    model.hidden = sizeIn(merged, { "hidden_size", "n_embd" }, largestModelSize);
    model.vocabulary = sizeIn(merged, { "vocab_size" }, largestModelSize);
    model.context = sizeIn(merged, { "max_position_embeddings" }, largestModelSize);
    return model;
}

ModelConfig lookedAt(const GgufMetadata& metadata, std::string reason)
{
    ModelConfig model;
    model.notComputed = std::move(reason);
    model.name = stringIn(metadata, "general.name");
    const std::string word = stringIn(metadata, "general.architecture");
    model.architecture = word.empty() ? unnamed : word;
    const auto size = [&](const char* key, std::int64_t largest) {
        return sizeIn(metadata, word + "." + key, largest);
    };
    model.layers = size("block_count", largestModelDepth);
    model.hidden = size("embedding_length", largestModelSize);
    model.context = size("context_length", largestModelSize);
    return model;
}

} // namespace core
