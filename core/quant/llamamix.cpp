// SPDX-License-Identifier: GPL-3.0-or-later
//
// llama_model_quantize of the real library is the judge (tests/interop/tst_presets).
#include "core/quant/llamamix.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <type_traits>
#include <variant>

namespace core {

namespace {

    constexpr std::array mixes{
        NamedMix{ "Q5_K_M", Mix::Q5_K_M, &formats::q5_K },
        NamedMix{ "Q5_K_S", Mix::Q5_K_S, &formats::q5_K },
        NamedMix{ "Q4_K_M", Mix::Q4_K_M, &formats::q4_K },
        NamedMix{ "Q4_K_S", Mix::Q4_K_S, &formats::q4_K },
        NamedMix{ "Q3_K_L", Mix::Q3_K_L, &formats::q3_K },
        NamedMix{ "Q3_K_M", Mix::Q3_K_M, &formats::q3_K },
        NamedMix{ "Q3_K_S", Mix::Q3_K_S, &formats::q3_K },
        NamedMix{ "Q2_K_M", Mix::Q2_K_M, &formats::q2_K },
        NamedMix{ "Q2_K_S", Mix::Q2_K_S, &formats::q2_K },
    };

    /// What a tensor does, as llama.cpp reads it from its name: first match wins.
    enum class Task { Output, Embedding, Values, Keys, AttentionOutput, Down, Other };

    Task taskOf(std::string_view name)
    {
        const auto has = [&](std::string_view part) { return name.find(part) != name.npos; };
        if (name == "output.weight")
            return Task::Output;
        if (name == "token_embd.weight" || name == "per_layer_token_embd.weight")
            return Task::Embedding;
        if (has("attn_qkv.weight") || has("attn_kv_b.weight") || has("attn_v.weight"))
            return Task::Values;
        if (has("attn_k.weight"))
            return Task::Keys;
        if (has("attn_q.weight"))
            return Task::Other;
        if (has("attn_output.weight"))
            return Task::AttentionOutput;
        return !has("ffn_up") && !has("ffn_gate") && has("ffn_down") ? Task::Down : Task::Other;
    }

    /// What a mix looks at when it chooses a format.
    struct Shape {
        int layers = 0;
        int values = 0; ///< tensors with Task::Values
        int experts = 0;
        int queriesPerKey = 0; ///< heads that share one key/value head, in the first layer
        bool is70B = false; ///< a model of 70B parameters, whose attn_v is small
        bool isFalcon = false;
        bool isTied = true; ///< no output.weight
    };

    /// The number under `key`, the first of an array; `fallback` if there is none.
    int firstNumber(const GgufMetadata& metadata, const std::string& key, int fallback)
    {
        const auto ofNumber = [&](double number) {
            return number >= 0 && number <= double(largestModelSize) ? int(number) : fallback;
        };
        const GgufValue* value = metadata.find(key);
        if (!value)
            return fallback;
        return std::visit(
            [&](const auto& held) {
                using Held = std::decay_t<decltype(held)>;
                if constexpr (std::is_arithmetic_v<Held>)
                    return ofNumber(double(held));
                else if constexpr (std::is_same_v<Held, GgufArray>)
                    return std::visit(
                        [&](const auto& array) {
                            using Element = typename std::decay_t<decltype(array)>::value_type;
                            if constexpr (std::is_arithmetic_v<Element>)
                                return array.empty() ? fallback
                                                     : ofNumber(double(Element(array.front())));
                            else
                                return fallback;
                        },
                        held);
                else
                    return fallback;
            },
            *value);
    }

    /// Architectures and their number of layers at 70B parameters (llama.cpp, src/models, 2026).
    bool has70B(const std::string& architecture, int layers, bool sharesKeys)
    {
        if (architecture == "llama")
            return layers == 80 && sharesKeys;
        constexpr std::array others{ std::pair{ "qwen2", 80 }, std::pair{ "deci", 80 },
            std::pair{ "olmo", 80 }, std::pair{ "jais2", 68 } };
        return std::ranges::any_of(others,
            [&](const auto& each) { return architecture == each.first && layers == each.second; });
    }

    Shape shapeOf(const Checkpoint& checkpoint)
    {
        const std::string& architecture = checkpoint.config().architecture;
        const auto number = [&](const char* key, int fallback) {
            return firstNumber(checkpoint.metadata(), architecture + "." + key, fallback);
        };
        Shape shape;
        shape.layers = number("block_count", checkpoint.config().layers);
        shape.experts = number("expert_count", 0);
        const int heads = number("attention.head_count", checkpoint.config().heads);
        const int keyHeads = number("attention.head_count_kv", heads);
        shape.queriesPerKey = keyHeads > 0 ? heads / keyHeads : 0;
        shape.is70B = has70B(
            architecture, shape.layers - number("nextn_predict_layers", 0), heads != keyHeads);
        shape.isFalcon = architecture == "falcon";
        for (const Tensor& tensor : checkpoint.tensors()) {
            const Task task = taskOf(tensor.name);
            shape.values += task == Task::Values;
            shape.isTied = shape.isTied && task != Task::Output;
        }
        return shape;
    }

    /// Where a tensor stands among those of its task.
    struct Position {
        int index = 0;
        int count = 0;

        bool inFirst(int part) const { return index < count / part; }
        /// In the first or last eighth, or every third between them.
        bool isDelicate() const
        {
            const int eighth = count / 8;
            return index < eighth || index >= 7 * count / 8 || (index - eighth) % 3 == 2;
        }
    };

    const Format* headFormat(const Format* base, std::int64_t columns, const Shape& shape)
    {
        return shape.isFalcon || !base->fits(std::size_t(columns)) ? &formats::q8_0
                                                                   : &formats::q6_K;
    }

    const Format* plainValuesFormat(const NamedMix& mix, Position at, const Shape& shape)
    {
        const bool areFew = shape.queriesPerKey >= 4;
        switch (mix.mix) {
        case Mix::Q2_K_M:
            return areFew ? &formats::q4_K : &formats::q3_K;
        case Mix::Q2_K_S:
            return areFew ? &formats::q4_K : mix.base;
        case Mix::Q3_K_M:
            return at.index < 2 ? &formats::q5_K : &formats::q4_K;
        case Mix::Q3_K_L:
            return &formats::q5_K;
        case Mix::Q4_K_S:
            return at.index < 4 ? &formats::q5_K : mix.base;
        case Mix::Q4_K_M:
        case Mix::Q5_K_M:
            return at.isDelicate() ? &formats::q6_K : mix.base;
        default:
            return mix.base;
        }
    }

    const Format* valuesFormat(const NamedMix& mix, Position at, const Shape& shape)
    {
        if (shape.experts == 8)
            return &formats::q8_0;
        const Format* format = plainValuesFormat(mix, at, shape);
        const bool isRaised = shape.is70B && (format == &formats::q3_K || format == &formats::q4_K);
        return isRaised ? &formats::q5_K : format;
    }

    const Format* attentionOutputFormat(const NamedMix& mix, const Shape& shape)
    {
        if (shape.isFalcon)
            return mix.mix == Mix::Q3_K_L ? &formats::q4_K : mix.base;
        if (shape.experts == 8) {
            constexpr std::array raised{ Mix::Q2_K_M, Mix::Q3_K_S, Mix::Q3_K_M, Mix::Q4_K_S,
                Mix::Q4_K_M };
            return std::ranges::find(raised, mix.mix) != raised.end() ? &formats::q5_K : mix.base;
        }
        switch (mix.mix) {
        case Mix::Q2_K_M:
            return &formats::q3_K;
        case Mix::Q3_K_M:
            return &formats::q4_K;
        case Mix::Q3_K_L:
            return &formats::q5_K;
        default:
            return mix.base;
        }
    }

    const Format* falconDownFormat(const NamedMix& mix, Position at)
    {
        switch (mix.mix) {
        case Mix::Q3_K_M:
            return at.inFirst(16) ? &formats::q5_K : at.isDelicate() ? &formats::q4_K : mix.base;
        case Mix::Q3_K_L:
            return &formats::q4_K;
        case Mix::Q4_K_M:
            return at.inFirst(16) ? &formats::q6_K : at.isDelicate() ? &formats::q5_K : mix.base;
        case Mix::Q4_K_S:
            return mix.base;
        default:
            return nullptr;
        }
    }

    const Format* downFormat(const NamedMix& mix, Position at, const Shape& shape)
    {
        if (const Format* falcons = shape.isFalcon ? falconDownFormat(mix, at) : nullptr)
            return falcons;
        switch (mix.mix) {
        case Mix::Q2_K_M:
            return &formats::q3_K;
        case Mix::Q2_K_S:
            return at.inFirst(8) ? &formats::q4_K : mix.base;
        case Mix::Q3_K_M:
            return at.inFirst(16) ? &formats::q5_K : &formats::q4_K;
        case Mix::Q3_K_L:
            return &formats::q5_K;
        case Mix::Q4_K_S:
            return at.inFirst(8) ? &formats::q5_K : mix.base;
        case Mix::Q4_K_M:
        case Mix::Q5_K_M:
            return at.isDelicate() ? &formats::q6_K : mix.base;
        default:
            return mix.base;
        }
    }

    /// llama.cpp goes through the tensors by layer, then by name, and counts.
    std::vector<std::size_t> countingOrder(const std::vector<Tensor>& tensors)
    {
        std::vector<std::size_t> order(tensors.size());
        std::iota(order.begin(), order.end(), std::size_t(0));
        std::ranges::stable_sort(order, {}, [&](std::size_t i) {
            return std::pair(layerOfName(tensors[i].name), std::string_view(tensors[i].name));
        });
        return order;
    }

} // namespace

std::span<const NamedMix> allMixes() { return mixes; }

std::vector<const Format*> mixFormats(const NamedMix& mix, const Checkpoint& checkpoint)
{
    const Shape shape = shapeOf(checkpoint);
    const std::vector<Tensor>& tensors = checkpoint.tensors();
    std::vector<const Format*> chosen(tensors.size());
    int values = 0, downs = 0; // seen so far
    for (const std::size_t i : countingOrder(tensors)) {
        const Tensor& tensor = tensors[i];
        if (!tensor.isMatrix())
            continue;
        const Task task = taskOf(tensor.name);
        if (task == Task::Output || (task == Task::Embedding && shape.isTied)) {
            chosen[i] = headFormat(mix.base, tensor.columns, shape);
        } else if (task == Task::Values) {
            chosen[i] = valuesFormat(mix, { values++, shape.values }, shape);
        } else if (task == Task::Keys && shape.experts == 8) {
            chosen[i] = &formats::q8_0;
        } else if (task == Task::AttentionOutput) {
            chosen[i] = attentionOutputFormat(mix, shape);
        } else if (task == Task::Down) {
            // Experts' tensors may stand in any order: there the layer counts.
            const int index = shape.experts > 1 ? layerOfName(tensor.name) : downs;
            ++downs;
            chosen[i] = downFormat(mix, { index, shape.layers }, shape);
        } else {
            chosen[i] = mix.base;
        }
    }
    return chosen;
}

} // namespace core
