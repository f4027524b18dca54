// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/model/configkeys.h"
#include "core/model/families.h"

#include <nlohmann/json.hpp>

#include <array>

namespace core::families {

namespace {

    /// Qwen's window from layer max_window_layers on, which llama.cpp does not apply.
    void readQwenWindow(const ConfigKeys& keys, ModelConfig& config)
    {
        const bool isNull = keys.json().contains("sliding_window") && !keys.has("sliding_window");
        if (!keys.flag("use_sliding_window", false) || isNull)
            return;
        const double first = keys.number("max_window_layers", 28); // Qwen2Config's default
        setWindows(
            keys.words("layer_types"), keys.size("sliding_window", 4096),
            [first](int layer) { return layer >= first; }, config);
        if (config.window < config.context)
            config.differences.push_back(text("llama.cpp does not apply the window of ",
                config.window, " tokens: beyond it, it computes otherwise"));
    }

    constexpr std::array qwen2Classes{ std::string_view("Qwen2ForCausalLM"),
        std::string_view("Qwen2Model") };
    constexpr std::array qwen2Types{ std::string_view("qwen2") };
    constexpr std::array qwen3Classes{ std::string_view("Qwen3ForCausalLM"),
        std::string_view("Qwen3Model") };
    constexpr std::array qwen3Types{ std::string_view("qwen3") };

} // namespace

const Architecture qwen2{
    .name = "qwen2",
    .title = "Qwen2",
    .classes = qwen2Classes,
    .modelTypes = qwen2Types,
    .attentionBiases = Biases::Queries,
    .turnsWholeHeads = true,
    .readJson = readQwenWindow,
};

const Architecture qwen3{
    .name = "qwen3",
    .title = "Qwen3",
    .classes = qwen3Classes,
    .modelTypes = qwen3Types,
    .queryKeyNorm = QueryKeyNorm::Head,
    .turnsWholeHeads = true,
    .defaults = R"({"head_dim": 128})",
    .readJson = readQwenWindow,
};

} // namespace core::families
