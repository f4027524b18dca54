// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/architecture.h"

#include "core/base/text.h"
#include "core/model/families.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace core {

namespace {

    constexpr std::array<const Architecture*, 25> table{ &families::llama, &families::mistral3,
        &families::granite, &families::smollm3, &families::qwen2, &families::qwen3,
        &families::gemma, &families::gemma2, &families::gemma3, &families::phi3, &families::gpt2,
        &families::olmo2, &families::starcoder2, &families::stablelm, &families::falcon,
        &families::glm4, &families::qwen2moe, &families::qwen3moe, &families::gptOss,
        &families::qwen35, &families::qwen35moe, &families::lfm2, &families::gemma4,
        &families::deepseek2, &families::mistral4 };

    // Llama's names, which most others have, too. "N." and what is in front of it is left out.
    constexpr std::array usualNames{
        HuggingName{ Role::TokenEmbd, "model.embed_tokens.weight" },
        HuggingName{ Role::OutputNorm, "model.norm.weight" },
        HuggingName{ Role::OutputNormBias, "model.norm.bias" },
        HuggingName{ Role::Output, "lm_head.weight" },
        HuggingName{ Role::AttnNorm, "input_layernorm.weight" },
        HuggingName{ Role::AttnNormBias, "input_layernorm.bias" },
        HuggingName{ Role::AttnQ, "self_attn.q_proj.weight" },
        HuggingName{ Role::AttnQBias, "self_attn.q_proj.bias" },
        HuggingName{ Role::AttnK, "self_attn.k_proj.weight" },
        HuggingName{ Role::AttnKBias, "self_attn.k_proj.bias" },
        HuggingName{ Role::AttnV, "self_attn.v_proj.weight" },
        HuggingName{ Role::AttnVBias, "self_attn.v_proj.bias" },
        HuggingName{ Role::AttnQNorm, "self_attn.q_norm.weight" },
        HuggingName{ Role::AttnKNorm, "self_attn.k_norm.weight" },
        HuggingName{ Role::AttnOutput, "self_attn.o_proj.weight" },
        HuggingName{ Role::AttnOutputBias, "self_attn.o_proj.bias" },
        HuggingName{ Role::FfnNorm, "post_attention_layernorm.weight" },
        HuggingName{ Role::FfnNormBias, "post_attention_layernorm.bias" },
        HuggingName{ Role::FfnGate, "mlp.gate_proj.weight" },
        HuggingName{ Role::FfnGateBias, "mlp.gate_proj.bias" },
        HuggingName{ Role::FfnUp, "mlp.up_proj.weight" },
        HuggingName{ Role::FfnUpBias, "mlp.up_proj.bias" },
        HuggingName{ Role::FfnDown, "mlp.down_proj.weight" },
        HuggingName{ Role::FfnDownBias, "mlp.down_proj.bias" },
    };

    std::string_view usualNameOf(Role role)
    {
        const auto usual = std::ranges::find(usualNames, role, &HuggingName::role);
        return usual == usualNames.end() ? std::string_view() : usual->name;
    }

    /// What stands for a role in its own names, else in the usual ones; empty: nothing.
    std::string_view nameOf(const Architecture& architecture, Role role)
    {
        const auto own = std::ranges::find(architecture.names, role, &HuggingName::role);
        return own == architecture.names.end() ? usualNameOf(role) : own->name;
    }

    bool isLayers(Role role) { return ggufName({ role, 0 }).starts_with("blk."); }

    constexpr std::string_view partMark = "{n}";

    /// The number of the part that `name` is of `pattern`: 0 where the pattern has none; nothing if
    /// it does not fit.
    std::optional<int> partIn(std::string_view pattern, std::string_view name)
    {
        const std::size_t mark = pattern.find(partMark);
        if (mark == std::string_view::npos)
            return name == pattern ? std::optional(0) : std::nullopt;
        const std::string_view before = pattern.substr(0, mark);
        const std::string_view after = pattern.substr(mark + partMark.size());
        if (name.size() <= before.size() + after.size() || !name.starts_with(before)
            || !name.ends_with(after))
            return std::nullopt;
        const std::string_view digits
            = name.substr(before.size(), name.size() - before.size() - after.size());
        int part = 0;
        const auto [stop, error]
            = std::from_chars(digits.data(), digits.data() + digits.size(), part);
        const bool isPlain = digits.size() == 1 || digits.front() != '0';
        if (error != std::errc() || stop != digits.data() + digits.size() || part < 0 || !isPlain)
            return std::nullopt;
        return part;
    }

    /// What a tensor called `name` is by one of the lists of names.
    template<typename Names>
    std::vector<HuggingPlace> placesIn(const Names& names, std::string_view name, int layer)
    {
        std::vector<HuggingPlace> places;
        for (const HuggingName& entry : names) {
            if (isLayers(entry.role) != (layer >= 0))
                continue;
            if (const auto part = partIn(entry.name, name))
                places.push_back({ { entry.role, layer }, *part, entry.arrangement });
        }
        return places;
    }

} // namespace

std::span<const Architecture* const> architectures() { return table; }

const Architecture* findArchitecture(std::string_view ggufWord)
{
    const auto found = std::ranges::find(table, ggufWord, &Architecture::name);
    return found == table.end() ? nullptr : *found;
}

const Architecture* findHuggingArchitecture(std::string_view className, std::string_view modelType)
{
    // Of several with one class that which has the type, too: a model of several parts has the
    // class of the whole.
    for (const Architecture* architecture : table)
        if (std::ranges::find(architecture->classes, className) != architecture->classes.end()
            && std::ranges::find(architecture->modelTypes, modelType)
                != architecture->modelTypes.end())
            return architecture;
    for (const Architecture* architecture : table) {
        const auto& names = className.empty() ? architecture->modelTypes : architecture->classes;
        if (std::ranges::find(names, className.empty() ? modelType : className) != names.end())
            return architecture;
    }
    return nullptr;
}

std::string huggingFaceName(const Architecture& architecture, Place place)
{
    std::string name(isOther(place.role) ? "" : nameOf(architecture, place.role));
    if (const std::size_t mark = name.find(partMark); mark != std::string::npos)
        name.replace(mark, partMark.size(), "0");
    return name.empty() || !isLayers(place.role)
        ? name
        : text(architecture.layersIn, place.layer, ".", name);
}

std::vector<HuggingPlace> findHuggingFacePlaces(
    const Architecture& architecture, std::string_view name)
{
    const std::string blockName = name.starts_with(architecture.layersIn)
        ? text("blk.", name.substr(architecture.layersIn.size()))
        : std::string();
    const int layer = layerOfName(blockName);
    std::string_view inside = name;
    if (layer >= 0) {
        inside = inside.substr(architecture.layersIn.size());
        inside = inside.substr(inside.find('.') + 1);
    }
    if (inside.empty())
        return {};
    if (auto own = placesIn(architecture.names, inside, layer); !own.empty())
        return own;
    auto usual = placesIn(usualNames, inside, layer);
    std::erase_if(usual, [&](const HuggingPlace& found) {
        return nameOf(architecture, found.place.role) != usualNameOf(found.place.role);
    });
    return usual;
}

} // namespace core
