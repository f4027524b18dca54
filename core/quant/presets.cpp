// SPDX-License-Identifier: GPL-3.0-or-later
//
// llama.cpp's mixes as recipes. What gets more bits than the rest is what
// llama_tensor_get_type_impl decides (src/llama-quant.cpp, 2026) for a Llama without experts;
// llama_model_quantize of the real library is the judge (tests/interop/tst_presets).
#include "core/quant/plan.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/formats/study.h"

#include <algorithm>
#include <array>

namespace core {

namespace {

    /// What a mix looks at when it chooses a format.
    struct Shape {
        int layers;
        int queriesPerKey; ///< heads that share one key/value head
        bool is70B; ///< Llama 2 and 3 of 70B parameters, whose attn_v is small
    };

    /// The first and last eighth of the layers and every third between them.
    bool isDelicate(int layer, const Shape& shape)
    {
        const int eighth = shape.layers / 8;
        return layer < eighth || layer >= 7 * shape.layers / 8 || (layer - eighth) % 3 == 2;
    }

    /// A choice by layer: what the mix gives the role there, null for its base format.
    using Choice = std::string_view (*)(int layer, const Shape& shape);

    struct Mix {
        std::string_view name;
        std::string_view base;
        Choice attnV, attnOutput, ffnDown; ///< null: the base format
    };

    std::string_view q6WhereDelicate(int layer, const Shape& shape)
    {
        return isDelicate(layer, shape) ? "Q6_K" : "";
    }
    std::string_view alwaysQ3(int, const Shape&) { return "Q3_K"; }
    std::string_view alwaysQ4(int, const Shape&) { return "Q4_K"; }
    std::string_view alwaysQ5(int, const Shape&) { return "Q5_K"; }
    std::string_view q5InFirstFour(int layer, const Shape&) { return layer < 4 ? "Q5_K" : ""; }
    std::string_view q5InFirstEighth(int layer, const Shape& shape)
    {
        return layer < shape.layers / 8 ? "Q5_K" : "";
    }
    std::string_view q4InFirstEighth(int layer, const Shape& shape)
    {
        return layer < shape.layers / 8 ? "Q4_K" : "";
    }
    std::string_view q5InFirstTwoElseQ4(int layer, const Shape&)
    {
        return layer < 2 ? "Q5_K" : "Q4_K";
    }
    std::string_view q5InFirstSixteenthElseQ4(int layer, const Shape& shape)
    {
        return layer < shape.layers / 16 ? "Q5_K" : "Q4_K";
    }
    std::string_view q4IfFewKeysElseQ3(int, const Shape& shape)
    {
        return shape.queriesPerKey >= 4 ? "Q4_K" : "Q3_K";
    }
    std::string_view q4IfFewKeys(int, const Shape& shape)
    {
        return shape.queriesPerKey >= 4 ? "Q4_K" : "";
    }

    constexpr std::array mixes{
        //    name, base            attn_v                attn_output  ffn_down
        Mix{ "Q5_K_M", "Q5_K", q6WhereDelicate, nullptr, q6WhereDelicate },
        Mix{ "Q5_K_S", "Q5_K", nullptr, nullptr, nullptr },
        Mix{ "Q4_K_M", "Q4_K", q6WhereDelicate, nullptr, q6WhereDelicate },
        Mix{ "Q4_K_S", "Q4_K", q5InFirstFour, nullptr, q5InFirstEighth },
        Mix{ "Q3_K_L", "Q3_K", alwaysQ5, alwaysQ5, alwaysQ5 },
        Mix{ "Q3_K_M", "Q3_K", q5InFirstTwoElseQ4, alwaysQ4, q5InFirstSixteenthElseQ4 },
        Mix{ "Q3_K_S", "Q3_K", nullptr, nullptr, nullptr },
        Mix{ "Q2_K_M", "Q2_K", q4IfFewKeysElseQ3, alwaysQ3, alwaysQ3 }, // llama.cpp's plain "Q2_K"
        Mix{ "Q2_K_S", "Q2_K", q4IfFewKeys, nullptr, q4InFirstEighth },
    };

    /// Every format a mix may use; only then is it offered.
    bool isAvailable(const Mix& mix)
    {
        return findFormat(mix.base) && findFormat("Q3_K") && findFormat("Q4_K")
            && findFormat("Q5_K") && findFormat("Q6_K");
    }

    /// Rules for the runs of layers in which `choice` gives `role` something else than the base.
    void addRules(Recipe& recipe, const Mix& mix, Role role, Choice choice, const Shape& shape)
    {
        const auto formatAt = [&](int layer) {
            std::string_view name = choice ? choice(layer, shape) : "";
            if (name.empty())
                name = mix.base;
            const bool raise
                = role == Role::AttnV && shape.is70B && (name == "Q3_K" || name == "Q4_K");
            return findFormat(raise ? "Q5_K" : name);
        };
        for (int first = 0, next = 0; first < shape.layers; first = next) {
            const Format* format = formatAt(first);
            for (next = first + 1; next < shape.layers && formatAt(next) == format;)
                ++next;
            if (format == recipe.format)
                continue;
            Rule rule;
            rule.roles = { role };
            if (first > 0 || next < shape.layers) {
                rule.firstLayer = first;
                rule.lastLayer = next - 1;
            }
            rule.format = format;
            recipe.rules.push_back(std::move(rule));
        }
    }

    Recipe mixRecipe(const Mix& mix, const Checkpoint& checkpoint)
    {
        const ModelConfig& config = checkpoint.config();
        const Shape shape{ config.layers, config.heads / std::max(1, config.keyValueHeads),
            config.layers == 80 && config.heads != config.keyValueHeads };
        Recipe recipe;
        recipe.format = findFormat(mix.base);
        Rule head; // a tied embedding is treated as the head it is
        head.roles = { config.tiedHead ? Role::TokenEmbd : Role::Output };
        head.format
            = recipe.format->fits(std::size_t(config.hidden)) ? &formats::q6_K : &formats::q8_0;
        recipe.rules.push_back(head);
        addRules(recipe, mix, Role::AttnV, mix.attnV, shape);
        addRules(recipe, mix, Role::AttnOutput, mix.attnOutput, shape);
        addRules(recipe, mix, Role::FfnDown, mix.ffnDown, shape);
        return recipe;
    }

    /// All layer matrices in `format`; embedding and head in Q8_0, or in `format` if that has more
    /// bits.
    Recipe pureRecipe(const Format* format)
    {
        Recipe recipe;
        recipe.format = format;
        if (format->bitsPerWeight() < formats::q8_0.bitsPerWeight()) {
            Rule outside;
            outside.roles = { Role::TokenEmbd, Role::Output };
            outside.format = &formats::q8_0;
            recipe.rules.push_back(std::move(outside));
        }
        return recipe;
    }

} // namespace

std::vector<std::string> presetNames()
{
    std::vector<std::string> names;
    for (const Format* format : allFormats())
        names.emplace_back(format->name);
    for (const Mix& mix : mixes)
        if (isAvailable(mix))
            names.emplace_back(mix.name);
    names.emplace_back(formats::source.name);
    return names;
}

Recipe presetRecipe(const std::string& word, const Checkpoint& checkpoint, Method method)
{
    const std::string spelt = formatSpelling(word);
    const std::string type
        = spelt == formatSpelling(formats::source.name) ? std::string(formats::source.name) : spelt;
    const auto names = presetNames();
    if (std::ranges::find(names, type) == names.end() && !findStudyFormat(type)) {
        std::string list;
        for (const std::string& name : names)
            list.append(list.empty() ? "" : ", ").append(name);
        throw Error(text("unknown type \"", word, "\", expected one of ", list,
            " or a study format like INT4_ASYM_G64"));
    }
    const auto mix = std::ranges::find(mixes, std::string_view(type), &Mix::name);
    Recipe recipe;
    if (mix != mixes.end())
        recipe = mixRecipe(*mix, checkpoint);
    else if (type != formats::source.name)
        recipe = pureRecipe(findFormat(type));
    recipe.name = type;
    recipe.method = method;
    return recipe;
}

} // namespace core
