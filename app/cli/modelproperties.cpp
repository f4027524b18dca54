// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/modelproperties.h"

#include "core/base/text.h"
#include "core/model/architecture.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <ostream>
#include <set>
#include <string>

namespace cli {

namespace {

    using core::Json;

    const char* word(core::Activation activation)
    {
        return activation == core::Activation::Silu    ? "silu"
            : activation == core::Activation::GeluTanh ? "gelu_tanh"
            : activation == core::Activation::Gelu     ? "gelu"
                                                       : "clamped_swish";
    }

    const char* word(core::QueryKeyNorm norm)
    {
        switch (norm) {
        case core::QueryKeyNorm::None:
            return "none";
        case core::QueryKeyNorm::Head:
            return "head";
        case core::QueryKeyNorm::Whole:
            return "whole";
        case core::QueryKeyNorm::HeadLayer:
            return "head_layer_norm";
        }
        return "";
    }

    Json layersWith(const std::vector<bool>& has)
    {
        Json layers = Json::array();
        for (std::size_t layer = 0; layer < has.size(); ++layer)
            if (has[layer])
                layers.push_back(layer);
        return layers;
    }

    /// "attn_q" for attn_q.bias in a layer.
    Json biasedMatrices(const core::Checkpoint& checkpoint)
    {
        constexpr std::string_view ending = ".bias";
        std::set<core::Role> roles;
        for (const core::Tensor& tensor : checkpoint.tensors())
            if (tensor.place.layer >= 0)
                roles.insert(tensor.place.role);
        Json names = Json::array();
        for (const core::Role role : roles) {
            const std::string_view name = core::roleName(role);
            if (!name.ends_with(ending) || name.find("norm") != std::string_view::npos)
                continue;
            const std::string_view matrix = name.substr(0, name.size() - ending.size());
            if (core::findRole(matrix)) // ssm_dt.bias belongs to none
                names.push_back(matrix);
        }
        return names;
    }

    Json scalingJson(const core::ModelConfig& config)
    {
        if (!config.longRopeFactors.empty())
            return { { "kind", "longrope" }, { "original_context", config.ropeContext },
                { "magnitude", config.ropeMagnitude } };
        // Pairs that do not turn have this divisor (turnShare).
        const auto turns = [](float divisor) { return divisor < 1e30f; };
        if (const auto turned = std::ranges::count_if(config.ropeFactors, turns);
            turned < std::ssize(config.ropeFactors))
            return { { "kind", "proportional" }, { "turned_channels", 2 * turned } };
        if (!config.ropeFactors.empty())
            return { { "kind", "llama3" },
                { "largest_divisor", *std::ranges::max_element(config.ropeFactors) } };
        if (config.yarn.factor != 1)
            return { { "kind", "yarn" }, { "factor", config.yarn.factor },
                { "original_context", config.yarn.context },
                { "magnitude", config.ropeMagnitude } };
        if (config.ropeLinearFactor != 1)
            return { { "kind", "linear" }, { "factor", config.ropeLinearFactor } };
        return { { "kind", "none" } };
    }

    Json positionsJson(const core::ModelConfig& config, const core::Architecture& architecture)
    {
        if (architecture.learnsPositions)
            return { { "kind", "learned" } };
        Json json{ { "kind", "rope" },
            { "pairs", config.rotary == core::RotaryLayout::Pairs ? "neighbours" : "halves" },
            { "channels", config.rotaryChannels > 0 ? config.rotaryChannels : config.headDim },
            { "base", config.ropeBase }, { "scaling", scalingJson(config) },
            { "layers_without", layersWith(config.unturned) } };
        if (config.localRopeBase > 0)
            json["base_with_window"] = config.localRopeBase;
        return json;
    }

    Json attentionJson(const core::ModelConfig& config, const core::AttentionSpec& spec)
    {
        Json json{ { "heads", spec.heads }, { "key_value_heads", spec.keyValueHeads },
            { "head_dim", spec.headDim }, { "query_key_norm", word(spec.norm) },
            { "scale", spec.scale }, { "cap", spec.cap > 0 ? Json(spec.cap) : Json() },
            { "window", Json() } };
        const Json windowed = layersWith(config.windowed);
        if (config.window > 0 && !windowed.empty())
            json["window"] = { { "tokens", config.window }, { "layers", windowed } };
        if (spec.temperature > 0)
            json["temperature"] = spec.temperature;
        json["gated"] = spec.isGated;
        if (config.localHeadDim > 0)
            json["head_dim_with_window"] = config.localHeadDim;
        if (spec.normsValues)
            json["norms_values"] = true;
        if (const Json without = layersWith(config.withoutValues); !without.empty())
            json["values_are_keys"] = without;
        if (config.sharedKeyLayers > 0)
            json["layers_that_share_keys"] = config.sharedKeyLayers;
        if (spec.latent)
            json["latent"] = { { "query_rank", spec.latent->queryRank },
                { "key_rank", spec.latent->keyRank }, { "plain_channels", spec.latent->plain },
                { "turned_channels", spec.latent->turned },
                { "value_channels", spec.latent->value } };
        return json;
    }

    /// What stands in the place of attention in some layers; null: nothing.
    Json mixerJson(const core::ModelConfig& config)
    {
        const Json layers = layersWith(config.recurrent);
        if (layers.empty())
            return {};
        const core::DeltaNetSpec& net = config.deltaNet;
        if (net.kernel > 0)
            return { { "kind", "gated_delta_net" }, { "key_heads", net.keyHeads },
                { "value_heads", net.valueHeads }, { "head_dim", net.headDim },
                { "kernel", net.kernel }, { "layers", layers } };
        return { { "kind", "short_convolution" }, { "kernel", config.shortConvolution.kernel },
            { "layers", layers } };
    }

    std::string listText(const Json& list)
    {
        std::string words;
        for (const Json& item : list) {
            const std::string one = item.is_string() ? item.get<std::string>() : item.dump();
            words.append(words.empty() ? "" : ", ").append(one);
        }
        return words;
    }

    std::string positionsLine(const Json& positions)
    {
        if (positions["kind"] == "learned")
            return "learned";
        std::string line
            = core::text("rope of ", positions["channels"].get<int>(), " channels, pairs as ",
                positions["pairs"].get<std::string>(), ", base ", positions["base"].get<double>());
        if (positions.contains("base_with_window"))
            line += core::text(
                " (", positions["base_with_window"].get<double>(), " in layers with a window)");
        const Json& scaling = positions["scaling"];
        if (scaling["kind"] != "none")
            line += core::text(", scaling ", scaling["kind"].get<std::string>());
        if (scaling.contains("factor"))
            line += core::text(" × ", scaling["factor"].get<double>());
        if (!positions["layers_without"].empty())
            line += core::text(", none in layers ", listText(positions["layers_without"]));
        return line;
    }

    std::string attentionLine(const Json& attention)
    {
        std::string line = core::text("scores × ", attention["scale"].get<double>(),
            ", norm of q and k: ", attention["query_key_norm"].get<std::string>());
        if (attention["cap"].is_number())
            line += core::text(", scores capped at ", attention["cap"].get<double>());
        if (attention["gated"].get<bool>())
            line += ", outputs gated";
        if (const Json& window = attention["window"]; window.is_object())
            line += core::text(", window of ", window["tokens"].get<int>(), " tokens in layers ",
                listText(window["layers"]));
        if (attention.contains("head_dim_with_window"))
            line += core::text(
                ", heads of ", attention["head_dim_with_window"].get<int>(), " channels there");
        if (attention.contains("norms_values"))
            line += ", values normed";
        if (attention.contains("values_are_keys"))
            line += core::text(
                ", values made by attn_k in layers ", listText(attention["values_are_keys"]));
        if (attention.contains("layers_that_share_keys"))
            line += core::text(", the last ", attention["layers_that_share_keys"].get<int>(),
                " layers take keys and values of earlier ones");
        if (attention.contains("latent")) {
            const Json& latent = attention["latent"];
            line += core::text(
                ", keys and values from a latent of ", latent["key_rank"].get<int>(), " channels");
            if (const int rank = latent["query_rank"].get<int>(); rank > 0)
                line += core::text(", queries from one of ", rank);
        }
        return line;
    }

    /// A line of its own; empty where all layers attend.
    std::string mixerLine(const Json& mixer)
    {
        if (mixer.is_null())
            return {};
        const auto number = [&mixer](const char* key) { return mixer[key].get<int>(); };
        const std::string what = mixer["kind"] == "gated_delta_net"
            ? core::text("gated delta net of ", number("key_heads"), " key and ",
                number("value_heads"), " value heads of ", number("head_dim"),
                " channels, behind a convolution over ")
            : std::string("short convolution over ");
        return core::text("in place of attention: ", what, number("kernel"), " tokens in layers ",
            listText(mixer["layers"]), '\n');
    }

    /// A line of its own; empty without experts.
    std::string expertsLine(const Json& experts)
    {
        if (experts.is_null())
            return {};
        std::string line = core::text("experts: ", experts["count"].get<int>(), " of ",
            experts["size"].get<int>(), " channels, a token is sent to ",
            experts["used"].get<int>());
        if (const int shared = experts["shared_size"].get<int>(); shared > 0)
            line += core::text(", one shared of ", shared);
        if (const int groups = experts["groups"].get<int>(); groups > 1)
            line += core::text(
                ", within ", experts["groups_used"].get<int>(), " of ", groups, " groups");
        if (experts["beside_feed_forward"].get<bool>())
            line += ", beside the feed-forward";
        if (!experts["layers_without"].empty())
            line += core::text(", none in layers ", listText(experts["layers_without"]));
        return line + '\n';
    }

    std::string scalesLine(const Json& scales)
    {
        Json words = Json::array();
        const auto add = [&](const char* key, const char* what) {
            if (scales[key].is_number() && scales[key].get<double>() != 1)
                words.push_back(core::text(what, scales[key].get<double>()));
        };
        add("embedding", "embedding × ");
        add("residual", "what a branch adds × ");
        add("logit_divisor", "logits ÷ ");
        add("logit_cap", "logits capped at ");
        return words.empty() ? "none" : listText(words);
    }

} // namespace

core::Json modelProperties(const core::Checkpoint& checkpoint)
{
    const core::ModelConfig& config = checkpoint.config();
    const core::Architecture* architecture = config.known();
    Json json{ { "computed", checkpoint.isComputed() },
        { "title", architecture ? Json(architecture->title) : Json() } };
    if (!checkpoint.isComputed() || !architecture) {
        json["not_computed"] = config.notComputed;
        return json;
    }
    const core::LayerSpec spec = core::layerSpec(config, 0);
    json["norm"] = { { "kind", spec.norm == core::NormKind::Layer ? "layer" : "rms" },
        { "epsilon", spec.epsilon }, { "before", spec.attentionNorm.has_value() },
        { "after", spec.attentionPostNorm.has_value() } };
    json["positions"] = positionsJson(config, *architecture);
    json["attention"] = attentionJson(config, spec.attention);
    json["mixer"] = mixerJson(config);
    json["feed_forward"] = { { "activation", word(spec.feedForward.activation) },
        { "gated", spec.feedForward.isGated }, { "fused", spec.feedForward.isFused },
        { "parallel", spec.isParallel } };
    json["experts"] = Json();
    if (const Json dense = layersWith(config.dense); spec.experts || !dense.empty()) {
        const int layer = int(std::ranges::find(config.dense, false) - config.dense.begin());
        const auto experts
            = core::layerSpec(config, config.dense.empty() ? 0 : std::min(layer, config.layers - 1))
                  .experts;
        if (experts)
            json["experts"] = { { "count", experts->count }, { "used", experts->used },
                { "size", experts->size }, { "shared_size", experts->sharedSize },
                { "groups", experts->groups }, { "groups_used", experts->groupsUsed },
                { "weight_scale", experts->scale }, { "layers_without", dense },
                { "beside_feed_forward", experts->isBeside } };
    }
    json["own_input_of_layers"] = config.perLayerSize > 0 ? Json(config.perLayerSize) : Json();
    json["biases"] = biasedMatrices(checkpoint);
    json["scales"] = { { "embedding", config.embeddingScale }, { "residual", config.residualScale },
        { "logit_divisor", config.logitDivisor },
        { "logit_cap", config.finalCap > 0 ? Json(config.finalCap) : Json() } };
    json["differences_to_llama_cpp"] = config.differences;
    return json;
}

void printModelProperties(const core::Checkpoint& checkpoint, std::ostream& out)
{
    const Json json = modelProperties(checkpoint);
    if (!json["computed"].get<bool>())
        return; // a note says why
    const Json& norm = json["norm"];
    const bool before = norm["before"].get<bool>(), after = norm["after"].get<bool>();
    const Json& feedForward = json["feed_forward"];
    out << "norm: " << (norm["kind"] == "layer" ? "LayerNorm" : "RMSNorm") << " (epsilon "
        << norm["epsilon"].get<float>() << "), "
        << (before && after ? "before and after"
                   : before ? "before"
                            : "after")
        << " each branch\n"
        << "positions: " << positionsLine(json["positions"]) << '\n'
        << "attention: " << attentionLine(json["attention"]) << '\n'
        << mixerLine(json["mixer"])
        << "feed-forward: " << feedForward["activation"].get<std::string>()
        << (feedForward["gated"].get<bool>() ? ", gated" : ", not gated")
        << (feedForward["fused"].get<bool>() ? ", gate and up in one tensor" : "")
        << (feedForward["parallel"].get<bool>() ? ", beside attention" : "") << '\n'
        << expertsLine(json["experts"])
        << "biases: " << (json["biases"].empty() ? "none" : listText(json["biases"])) << '\n'
        << "scales: " << scalesLine(json["scales"]) << '\n';
}

} // namespace cli
