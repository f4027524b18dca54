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

    enum class Kind {
        Matrix, ///< may be quantized
        Wide, ///< has rows and columns, but stays in floats
        Vector,
    };

    /// What is known about one role.
    struct RoleEntry {
        Role role;
        Where where;
        std::string_view name; ///< GGUF's, behind "blk.N." for a layer's
        std::string_view ending; ///< ".weight", ".bias" or none
        Kind kind;
    };

    // Names: gguf-py/gguf/constants.py of llama.cpp, MODEL_TENSOR.
    constexpr std::array entries{
        RoleEntry{ Role::TokenEmbd, Where::Model, "token_embd", ".weight", Kind::Matrix },
        RoleEntry{ Role::TokenEmbdPerLayer, Where::Model, "per_layer_token_embd", ".weight",
            Kind::Matrix },
        RoleEntry{
            Role::PerLayerModelProj, Where::Model, "per_layer_model_proj", ".weight", Kind::Wide },
        RoleEntry{
            Role::PerLayerProjNorm, Where::Model, "per_layer_proj_norm", ".weight", Kind::Vector },
        RoleEntry{ Role::PositionEmbd, Where::Model, "position_embd", ".weight", Kind::Wide },
        RoleEntry{ Role::AttnNorm, Where::Layer, "attn_norm", ".weight", Kind::Vector },
        RoleEntry{ Role::AttnNormBias, Where::Layer, "attn_norm", ".bias", Kind::Vector },
        RoleEntry{ Role::AttnNorm2, Where::Layer, "attn_norm_2", ".weight", Kind::Vector },
        RoleEntry{ Role::AttnNorm2Bias, Where::Layer, "attn_norm_2", ".bias", Kind::Vector },
        RoleEntry{ Role::AttnQkv, Where::Layer, "attn_qkv", ".weight", Kind::Matrix },
        RoleEntry{ Role::AttnQkvBias, Where::Layer, "attn_qkv", ".bias", Kind::Vector },
        RoleEntry{ Role::AttnQ, Where::Layer, "attn_q", ".weight", Kind::Matrix },
        RoleEntry{ Role::AttnQBias, Where::Layer, "attn_q", ".bias", Kind::Vector },
        RoleEntry{ Role::AttnK, Where::Layer, "attn_k", ".weight", Kind::Matrix },
        RoleEntry{ Role::AttnKBias, Where::Layer, "attn_k", ".bias", Kind::Vector },
        RoleEntry{ Role::AttnV, Where::Layer, "attn_v", ".weight", Kind::Matrix },
        RoleEntry{ Role::AttnVBias, Where::Layer, "attn_v", ".bias", Kind::Vector },
        RoleEntry{ Role::AttnQA, Where::Layer, "attn_q_a", ".weight", Kind::Matrix },
        RoleEntry{ Role::AttnQANorm, Where::Layer, "attn_q_a_norm", ".weight", Kind::Vector },
        RoleEntry{ Role::AttnQB, Where::Layer, "attn_q_b", ".weight", Kind::Matrix },
        RoleEntry{ Role::AttnKvAMqa, Where::Layer, "attn_kv_a_mqa", ".weight", Kind::Matrix },
        RoleEntry{ Role::AttnKvANorm, Where::Layer, "attn_kv_a_norm", ".weight", Kind::Vector },
        RoleEntry{ Role::AttnKB, Where::Layer, "attn_k_b", ".weight", Kind::Matrix },
        RoleEntry{ Role::AttnVB, Where::Layer, "attn_v_b", ".weight", Kind::Matrix },
        RoleEntry{ Role::AttnQNorm, Where::Layer, "attn_q_norm", ".weight", Kind::Vector },
        RoleEntry{ Role::AttnKNorm, Where::Layer, "attn_k_norm", ".weight", Kind::Vector },
        RoleEntry{ Role::AttnSinks, Where::Layer, "attn_sinks", ".weight", Kind::Vector },
        RoleEntry{ Role::AttnGate, Where::Layer, "attn_gate", ".weight", Kind::Matrix },
        RoleEntry{ Role::AttnOutput, Where::Layer, "attn_output", ".weight", Kind::Matrix },
        RoleEntry{ Role::AttnOutputBias, Where::Layer, "attn_output", ".bias", Kind::Vector },
        RoleEntry{ Role::SsmConv1d, Where::Layer, "ssm_conv1d", ".weight", Kind::Wide },
        RoleEntry{ Role::SsmA, Where::Layer, "ssm_a", "", Kind::Vector },
        RoleEntry{ Role::SsmDt, Where::Layer, "ssm_dt", ".bias", Kind::Vector },
        RoleEntry{ Role::SsmAlpha, Where::Layer, "ssm_alpha", ".weight", Kind::Matrix },
        RoleEntry{ Role::SsmBeta, Where::Layer, "ssm_beta", ".weight", Kind::Matrix },
        RoleEntry{ Role::SsmNorm, Where::Layer, "ssm_norm", ".weight", Kind::Vector },
        RoleEntry{ Role::SsmOut, Where::Layer, "ssm_out", ".weight", Kind::Matrix },
        RoleEntry{ Role::ShortConvConv, Where::Layer, "shortconv.conv", ".weight", Kind::Wide },
        RoleEntry{ Role::ShortConvIn, Where::Layer, "shortconv.in_proj", ".weight", Kind::Matrix },
        RoleEntry{
            Role::ShortConvOut, Where::Layer, "shortconv.out_proj", ".weight", Kind::Matrix },
        RoleEntry{
            Role::PostAttentionNorm, Where::Layer, "post_attention_norm", ".weight", Kind::Vector },
        RoleEntry{ Role::FfnNorm, Where::Layer, "ffn_norm", ".weight", Kind::Vector },
        RoleEntry{ Role::FfnNormBias, Where::Layer, "ffn_norm", ".bias", Kind::Vector },
        RoleEntry{ Role::FfnGateInp, Where::Layer, "ffn_gate_inp", ".weight", Kind::Wide },
        RoleEntry{ Role::FfnGateInpBias, Where::Layer, "ffn_gate_inp", ".bias", Kind::Vector },
        RoleEntry{ Role::FfnGateInpScale, Where::Layer, "ffn_gate_inp", ".scale", Kind::Vector },
        RoleEntry{
            Role::FfnGateInpShexp, Where::Layer, "ffn_gate_inp_shexp", ".weight", Kind::Wide },
        RoleEntry{ Role::ExpProbsBias, Where::Layer, "exp_probs_b", ".bias", Kind::Vector },
        RoleEntry{ Role::FfnGate, Where::Layer, "ffn_gate", ".weight", Kind::Matrix },
        RoleEntry{ Role::FfnGateBias, Where::Layer, "ffn_gate", ".bias", Kind::Vector },
        RoleEntry{ Role::FfnUp, Where::Layer, "ffn_up", ".weight", Kind::Matrix },
        RoleEntry{ Role::FfnUpBias, Where::Layer, "ffn_up", ".bias", Kind::Vector },
        RoleEntry{ Role::FfnDown, Where::Layer, "ffn_down", ".weight", Kind::Matrix },
        RoleEntry{ Role::FfnDownBias, Where::Layer, "ffn_down", ".bias", Kind::Vector },
        RoleEntry{ Role::FfnGateExps, Where::Layer, "ffn_gate_exps", ".weight", Kind::Matrix },
        RoleEntry{ Role::FfnGateExpsBias, Where::Layer, "ffn_gate_exps", ".bias", Kind::Wide },
        RoleEntry{ Role::FfnUpExps, Where::Layer, "ffn_up_exps", ".weight", Kind::Matrix },
        RoleEntry{ Role::FfnUpExpsBias, Where::Layer, "ffn_up_exps", ".bias", Kind::Wide },
        RoleEntry{ Role::FfnGateUpExps, Where::Layer, "ffn_gate_up_exps", ".weight", Kind::Matrix },
        RoleEntry{ Role::FfnDownExps, Where::Layer, "ffn_down_exps", ".weight", Kind::Matrix },
        RoleEntry{ Role::FfnDownExpsBias, Where::Layer, "ffn_down_exps", ".bias", Kind::Wide },
        RoleEntry{ Role::FfnDownExpsScale, Where::Layer, "ffn_down_exps", ".scale", Kind::Vector },
        RoleEntry{ Role::FfnGateShexp, Where::Layer, "ffn_gate_shexp", ".weight", Kind::Matrix },
        RoleEntry{ Role::FfnUpShexp, Where::Layer, "ffn_up_shexp", ".weight", Kind::Matrix },
        RoleEntry{ Role::FfnDownShexp, Where::Layer, "ffn_down_shexp", ".weight", Kind::Matrix },
        RoleEntry{ Role::PreFfwNorm2, Where::Layer, "pre_ffw_norm_2", ".weight", Kind::Vector },
        RoleEntry{ Role::PostFfwNorm1, Where::Layer, "post_ffw_norm_1", ".weight", Kind::Vector },
        RoleEntry{ Role::PostFfwNorm2, Where::Layer, "post_ffw_norm_2", ".weight", Kind::Vector },
        RoleEntry{ Role::PostFfwNorm, Where::Layer, "post_ffw_norm", ".weight", Kind::Vector },
        RoleEntry{ Role::PerLayerInpGate, Where::Layer, "inp_gate", ".weight", Kind::Matrix },
        RoleEntry{ Role::PerLayerProj, Where::Layer, "proj", ".weight", Kind::Matrix },
        RoleEntry{ Role::PerLayerPostNorm, Where::Layer, "post_norm", ".weight", Kind::Vector },
        RoleEntry{
            Role::LayerOutputScale, Where::Layer, "layer_output_scale", ".weight", Kind::Vector },
        RoleEntry{ Role::OutputNorm, Where::Model, "output_norm", ".weight", Kind::Vector },
        RoleEntry{ Role::OutputNormBias, Where::Model, "output_norm", ".bias", Kind::Vector },
        RoleEntry{ Role::TokenEmbdNorm, Where::Model, "token_embd_norm", ".weight", Kind::Vector },
        RoleEntry{ Role::Output, Where::Model, "output", ".weight", Kind::Matrix },
        RoleEntry{ Role::OutputBias, Where::Model, "output", ".bias", Kind::Vector },
        RoleEntry{ Role::RopeFreqs, Where::Model, "rope_freqs", ".weight", Kind::Vector },
        RoleEntry{
            Role::RopeFactorsShort, Where::Model, "rope_factors_short", ".weight", Kind::Vector },
        RoleEntry{
            Role::RopeFactorsLong, Where::Model, "rope_factors_long", ".weight", Kind::Vector },
        RoleEntry{ Role::OtherMatrix, Where::Model, "other", "", Kind::Matrix },
        RoleEntry{ Role::OtherTensor, Where::Model, "other", "", Kind::Vector },
    };

    constexpr std::array matrixRoles = { Role::AttnQkv, Role::AttnQ, Role::AttnK, Role::AttnV,
        Role::AttnQA, Role::AttnQB, Role::AttnKvAMqa, Role::AttnKB, Role::AttnVB, Role::AttnGate,
        Role::AttnOutput, Role::SsmAlpha, Role::SsmBeta, Role::SsmOut, Role::ShortConvIn,
        Role::ShortConvOut, Role::FfnGate, Role::FfnUp, Role::FfnDown, Role::FfnGateExps,
        Role::FfnUpExps, Role::FfnGateUpExps, Role::FfnDownExps, Role::FfnGateShexp,
        Role::FfnUpShexp, Role::FfnDownShexp, Role::PerLayerInpGate, Role::PerLayerProj };
    constexpr std::array attentionRoles
        = { Role::AttnQkv, Role::AttnQ, Role::AttnK, Role::AttnV, Role::AttnQA, Role::AttnKvAMqa,
              Role::AttnGate, Role::SsmAlpha, Role::SsmBeta, Role::ShortConvIn };
    constexpr std::array attentionOutputRoles
        = { Role::AttnOutput, Role::SsmOut, Role::ShortConvOut };
    constexpr std::array feedForwardRoles
        = { Role::FfnGate, Role::FfnUp, Role::FfnGateShexp, Role::FfnUpShexp };
    constexpr std::array downRoles = { Role::FfnDown };
    constexpr std::array expertsRoles = { Role::FfnGateExps, Role::FfnUpExps, Role::FfnGateUpExps };
    constexpr std::array expertsDownRoles = { Role::FfnDownExps };
    constexpr std::array sharedDownRoles = { Role::FfnDownShexp };
    constexpr std::array latentQueryRoles = { Role::AttnQB };
    constexpr std::array headQueryRoles = { Role::AttnKB };
    constexpr std::array headContextRoles = { Role::AttnVB };
    constexpr std::array perLayerRoles = { Role::PerLayerInpGate };
    constexpr std::array perLayerOutputRoles = { Role::PerLayerProj };
    constexpr std::array headRoles = { Role::Output, Role::TokenEmbd };

    template<std::size_t Count>
    constexpr bool has(const std::array<Role, Count>& roles, Role role)
    {
        return std::find(roles.begin(), roles.end(), role) != roles.end();
    }

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

    bool takePrefix(std::string_view& name, std::string_view prefix)
    {
        if (!name.starts_with(prefix))
            return false;
        name.remove_prefix(prefix.size());
        return true;
    }

    bool isNamed(const RoleEntry& entry, std::string_view name)
    {
        return name.starts_with(entry.name) && name.substr(entry.name.size()) == entry.ending;
    }

    /// The words of all roles: "attn_q", "attn_q.bias".
    std::array<std::string, entries.size()> words()
    {
        std::array<std::string, entries.size()> made;
        for (std::size_t i = 0; i < entries.size(); ++i)
            made[i] = entries[i].ending == ".weight" ? std::string(entries[i].name)
                                                     : text(entries[i].name, entries[i].ending);
        return made;
    }

} // namespace

std::string_view roleName(Role role)
{
    static const auto made = words();
    return made.at(std::size_t(role));
}

std::optional<Role> findRole(std::string_view roleName)
{
    const auto found = std::find_if(entries.begin(), entries.end(),
        [&](const RoleEntry& entry) { return core::roleName(entry.role) == roleName; });
    if (found == entries.end())
        return std::nullopt;
    return found->role;
}

std::span<const Role> layerMatrixRoles() { return matrixRoles; }

bool isMatrix(Role role) { return entryOf(role).kind == Kind::Matrix; }

bool isBeforeLayers(Role role)
{
    return entryOf(role).where == Where::Model && role < Role::AttnNorm;
}

bool isExpertStack(Role role) { return has(expertsRoles, role) || has(expertsDownRoles, role); }

bool isHeadStack(Role role) { return role == Role::AttnKB || role == Role::AttnVB; }

bool isOther(Role role) { return role == Role::OtherMatrix || role == Role::OtherTensor; }

std::string ggufName(Place place)
{
    const RoleEntry& entry = entryOf(place.role);
    assert(!isOther(place.role));
    if (entry.where == Where::Layer)
        return text("blk.", place.layer, ".", entry.name, entry.ending);
    return text(entry.name, entry.ending);
}

std::optional<Place> findPlace(std::string_view ggufName)
{
    std::string_view name = ggufName;
    const bool isInLayer = takePrefix(name, "blk.");
    const auto layer = isInLayer ? takeLayer(name) : std::optional(-1);
    if (!layer)
        return std::nullopt;
    const Where where = isInLayer ? Where::Layer : Where::Model;
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const RoleEntry& entry) {
        return entry.where == where && !isOther(entry.role) && isNamed(entry, name);
    });
    if (found == entries.end())
        return std::nullopt;
    return Place{ found->role, *layer };
}

int layerOfName(std::string_view ggufName)
{
    return takePrefix(ggufName, "blk.") ? takeLayer(ggufName).value_or(-1) : -1;
}

std::optional<LinearInput> findInput(Role role)
{
    if (has(attentionRoles, role))
        return LinearInput::Attention;
    if (has(attentionOutputRoles, role))
        return LinearInput::AttentionOutput;
    if (has(feedForwardRoles, role))
        return LinearInput::FeedForward;
    if (has(downRoles, role))
        return LinearInput::Down;
    if (has(expertsRoles, role))
        return LinearInput::Experts;
    if (has(expertsDownRoles, role))
        return LinearInput::ExpertsDown;
    if (has(sharedDownRoles, role))
        return LinearInput::SharedDown;
    for (const LinearInput input : { LinearInput::LatentQuery, LinearInput::HeadQuery,
             LinearInput::HeadContext, LinearInput::PerLayer, LinearInput::PerLayerOutput })
        if (rolesOf(input).front() == role)
            return input;
    return has(headRoles, role) ? std::optional(LinearInput::Head) : std::nullopt;
}

LinearInput inputOf(Role role)
{
    const auto input = findInput(role);
    assert(input);
    return *input;
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
    case LinearInput::Experts:
        return expertsRoles;
    case LinearInput::ExpertsDown:
        return expertsDownRoles;
    case LinearInput::SharedDown:
        return sharedDownRoles;
    case LinearInput::LatentQuery:
        return latentQueryRoles;
    case LinearInput::HeadQuery:
        return headQueryRoles;
    case LinearInput::HeadContext:
        return headContextRoles;
    case LinearInput::PerLayer:
        return perLayerRoles;
    case LinearInput::PerLayerOutput:
        return perLayerOutputRoles;
    case LinearInput::Head:
        break;
    }
    return headRoles;
}

} // namespace core
