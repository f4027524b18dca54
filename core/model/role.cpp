// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/role.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>

namespace core {

namespace {

    /// Where a role's tensors stand.
    enum class Where { Model, Layer };

    /// What is known about one role.
    struct RoleEntry {
        Role role;
        Where where;
        std::string_view name; ///< GGUF's
        std::string_view hugging; ///< Hugging Face's, inside "model.layers.N." for a layer's
        bool isMatrix;
    };

    constexpr std::array<RoleEntry, 13> entries = { {
        { Role::TokenEmbd, Where::Model, "token_embd", "model.embed_tokens", true },
        { Role::AttnNorm, Where::Layer, "attn_norm", "input_layernorm", false },
        { Role::AttnQ, Where::Layer, "attn_q", "self_attn.q_proj", true },
        { Role::AttnK, Where::Layer, "attn_k", "self_attn.k_proj", true },
        { Role::AttnV, Where::Layer, "attn_v", "self_attn.v_proj", true },
        { Role::AttnOutput, Where::Layer, "attn_output", "self_attn.o_proj", true },
        { Role::FfnNorm, Where::Layer, "ffn_norm", "post_attention_layernorm", false },
        { Role::FfnGate, Where::Layer, "ffn_gate", "mlp.gate_proj", true },
        { Role::FfnUp, Where::Layer, "ffn_up", "mlp.up_proj", true },
        { Role::FfnDown, Where::Layer, "ffn_down", "mlp.down_proj", true },
        { Role::OutputNorm, Where::Model, "output_norm", "model.norm", false },
        { Role::Output, Where::Model, "output", "lm_head", true },
        { Role::RopeFreqs, Where::Model, "rope_freqs", "", false },
    } };

    constexpr std::array matrixRoles = { Role::AttnQ, Role::AttnK, Role::AttnV, Role::AttnOutput,
        Role::FfnGate, Role::FfnUp, Role::FfnDown };
    constexpr std::array attentionRoles = { Role::AttnQ, Role::AttnK, Role::AttnV };
    constexpr std::array attentionOutputRoles = { Role::AttnOutput };
    constexpr std::array feedForwardRoles = { Role::FfnGate, Role::FfnUp };
    constexpr std::array downRoles = { Role::FfnDown };
    constexpr std::array headRoles = { Role::Output, Role::TokenEmbd };

    const RoleEntry& entryOf(Role role)
    {
        const RoleEntry& entry = entries.at(std::size_t(role));
        assert(entry.role == role);
        return entry;
    }

    /// Takes "12." from the front of `name`: 12; none (and nothing taken) if it starts otherwise.
    std::optional<int> takeLayer(std::string_view& name)
    {
        int layer = 0;
        const char* const end = name.data() + name.size();
        const auto [stop, error] = std::from_chars(name.data(), end, layer);
        const bool isPlain = stop - name.data() == 1 || name.front() != '0'; // no "blk.007."
        if (error != std::errc() || layer < 0 || !isPlain || stop == end || *stop != '.')
            return std::nullopt;
        name.remove_prefix(std::size_t(stop - name.data()) + 1);
        return layer;
    }

    /// The place whose role stands under `word` in the column `names`.
    std::optional<Place> placeIn(
        std::string_view RoleEntry::*names, Where where, std::string_view word, int layer)
    {
        const auto found = std::find_if(entries.begin(), entries.end(),
            [&](const RoleEntry& entry) { return entry.where == where && entry.*names == word; });
        if (found == entries.end())
            return std::nullopt;
        return Place{ found->role, layer };
    }

    bool takePrefix(std::string_view& name, std::string_view prefix)
    {
        if (!name.starts_with(prefix))
            return false;
        name.remove_prefix(prefix.size());
        return true;
    }

} // namespace

std::string_view roleName(Role role) { return entryOf(role).name; }

std::optional<Role> findRole(std::string_view roleName)
{
    const auto found = std::find_if(entries.begin(), entries.end(),
        [&](const RoleEntry& entry) { return entry.name == roleName; });
    if (found == entries.end())
        return std::nullopt;
    return found->role;
}

std::span<const Role> layerMatrixRoles() { return matrixRoles; }

bool isMatrix(Role role) { return entryOf(role).isMatrix; }

std::string ggufName(Place place)
{
    const RoleEntry& entry = entryOf(place.role);
    if (entry.where == Where::Layer)
        return text("blk.", place.layer, ".", entry.name, ".weight");
    return text(entry.name, ".weight");
}

std::string huggingFaceName(Place place)
{
    const RoleEntry& entry = entryOf(place.role);
    assert(!entry.hugging.empty());
    if (entry.where == Where::Layer)
        return text("model.layers.", place.layer, ".", entry.hugging, ".weight");
    return text(entry.hugging, ".weight");
}

std::optional<Place> findPlace(std::string_view tensorName)
{
    constexpr std::string_view suffix = ".weight";
    if (!tensorName.ends_with(suffix))
        return std::nullopt;
    tensorName.remove_suffix(suffix.size());
    std::string_view name = tensorName;
    const bool isGguf = takePrefix(name, "blk.");
    if (isGguf || takePrefix(name, "model.layers.")) {
        const auto layer = takeLayer(name);
        if (!layer)
            return std::nullopt;
        return placeIn(isGguf ? &RoleEntry::name : &RoleEntry::hugging, Where::Layer, name, *layer);
    }
    if (const auto place = placeIn(&RoleEntry::name, Where::Model, tensorName, -1))
        return place;
    return tensorName.empty() ? std::nullopt
                              : placeIn(&RoleEntry::hugging, Where::Model, tensorName, -1);
}

LinearInput inputOf(Role role)
{
    switch (role) {
    case Role::AttnQ:
    case Role::AttnK:
    case Role::AttnV:
        return LinearInput::Attention;
    case Role::AttnOutput:
        return LinearInput::AttentionOutput;
    case Role::FfnGate:
    case Role::FfnUp:
        return LinearInput::FeedForward;
    case Role::FfnDown:
        return LinearInput::Down;
    default:
        assert(role == Role::Output || role == Role::TokenEmbd);
        return LinearInput::Head;
    }
}

std::span<const Role> rolesOf(LinearInput input)
{
    switch (input) {
    case LinearInput::Attention:
        return attentionRoles;
    case LinearInput::AttentionOutput:
        return attentionOutputRoles;
    case LinearInput::FeedForward:
        return feedForwardRoles;
    case LinearInput::Down:
        return downRoles;
    case LinearInput::Head:
        break;
    }
    return headRoles;
}

} // namespace core
