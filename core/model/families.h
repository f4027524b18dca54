// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/text.h"
#include "core/model/architecture.h"

// The rows of the table of architectures, a file for each family. Sources of all: llama.cpp of
// October 2026 (conversion/*.py, src/models/*.cpp) and transformers 5.24 (modeling_*.py).
namespace core::families {

extern const Architecture llama, mistral3, granite, smollm3; // familyllama.cpp
extern const Architecture qwen2, qwen3; // familyqwen.cpp
extern const Architecture qwen2moe, qwen3moe, gptOss; // familyexperts.cpp
extern const Architecture gemma, gemma2, gemma3; // familygemma.cpp
extern const Architecture gemma4; // familygemma4.cpp
extern const Architecture deepseek2, mistral4; // familydeepseek.cpp
extern const Architecture gpt2, starcoder2, falcon, stablelm; // familylayernorm.cpp
extern const Architecture phi3, olmo2, glm4; // familyfused.cpp
extern const Architecture qwen35, qwen35moe, lfm2; // familyhybrid.cpp

/// Layers with a window: as layer_types says, else those for which `isWindowed(layer)`.
template<typename IsWindowed>
void setWindows(const std::vector<std::string>& layerTypes, int window,
    const IsWindowed& isWindowed, ModelConfig& config)
{
    config.window = window;
    config.windowed.clear();
    for (const std::string& type : layerTypes)
        if (type != "sliding_attention" && type != "full_attention")
            config.notComputed = text("layer_types holds ", type.substr(0, 100),
                ", which Quantscope does not compute, expected full_attention or "
                "sliding_attention");
    for (int layer = 0; layer < config.layers; ++layer)
        config.windowed.push_back(std::size_t(layer) < layerTypes.size()
                ? layerTypes[std::size_t(layer)] == "sliding_attention"
                : bool(isWindowed(layer)));
}

} // namespace core::families
