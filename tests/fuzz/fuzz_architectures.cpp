// SPDX-License-Identifier: GPL-3.0-or-later
// config.json and GGUF metadata of every architecture with hostile values in sound places: a
// sentence, a model that can only be looked at, or one that computes.
#include "core/base/error.h"
#include "core/model/architecture.h"
#include "core/model/checkpoint.h"
#include "core/model/walk.h"
#include "tests/fuzz/fuzztarget.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinyarchitecture.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <map>
#include <random>

namespace {

using core::Json;

const std::vector<std::string>& names()
{
    static const std::vector<std::string> all = support::tinyArchitectures();
    return all;
}

/// A checkpoint of each architecture on disk, whose config.json is written anew for each input.
const std::filesystem::path& folderOf(const std::string& name)
{
    static const support::TemporaryFolder folder;
    static std::map<std::string, std::filesystem::path> written;
    std::filesystem::path& path = written[name];
    if (path.empty()) {
        path = folder / name;
        std::filesystem::create_directory(path);
        support::writeTinyArchitecture(name, path);
    }
    return path;
}

/// What nobody should write where a number, a word or a list is expected.
Json hostile(std::mt19937& random)
{
    static const std::array<Json, 22> values{ Json(0), Json(-1), Json(1), Json(3), Json(16),
        Json(1'000'000'000), Json(-2147483648LL), Json(9223372036854775807LL), Json(0.5),
        Json(1e-320), Json(1e308), Json(-7.25), Json("16"), Json(""), Json(nullptr), Json(true),
        Json(false), Json::array(), Json::array({ "sliding_attention" }),
        Json::array({ 1, "full_attention", nullptr }), Json::object(),
        Json::array({ 1e308, -1, 0 }) };
    return values[random() % values.size()];
}

/// Replaces one value, at any depth, or adds a key that some architecture reads.
void damage(Json& json, std::mt19937& random)
{
    static const std::array keys{ "sliding_window", "layer_types", "rope_scaling",
        "rope_parameters", "no_rope_layers", "no_rope_layer_interval", "max_window_layers",
        "sliding_window_pattern", "partial_rotary_factor", "query_pre_attn_scalar", "head_dim",
        "num_key_value_heads", "n_inner", "num_kv_heads", "ffn_hidden_size", "text_config",
        "attn_logit_softcapping", "final_logit_softcapping", "use_sliding_window",
        "global_head_dim", "num_global_key_value_heads", "attention_k_eq_v", "per_layer_config",
        "num_kv_shared_layers", "hidden_size_per_layer_input", "use_double_wide_mlp", "q_lora_rank",
        "kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim", "n_group",
        "topk_group", "first_k_dense_replace", "n_shared_experts", "topk_method",
        "routed_scaling_factor", "mlp_only_layers", "decoder_sparse_step" };
    if (json.is_object() && random() % 4 == 0) {
        json[keys[random() % keys.size()]] = hostile(random);
        return;
    }
    if (json.is_structured() && !json.empty()) {
        auto item = json.begin();
        std::advance(item, std::ptrdiff_t(random() % json.size()));
        return damage(*item, random);
    }
    json = hostile(random);
}

void compute(const core::Checkpoint& checkpoint)
{
    const core::ModelConfig& config = checkpoint.config();
    if (!checkpoint.isComputed()) { // its tensors are looked at all the same
        for (const core::Tensor& tensor : checkpoint.tensors())
            (void)core::decodeRows(tensor, tensor.rows - 1, 1);
        return;
    }
    core::HiddenStates hidden = core::embed(checkpoint, { { 1, 2, 3, 4, 5 } });
    core::walk(hidden, checkpoint, nullptr, {});
    (void)core::configFromGguf(core::configToGguf(config), "metadata");
}

/// Metadata of a sound model, damaged.
void checkMetadata(const core::ModelConfig& config, std::mt19937& random)
{
    core::GgufMetadata metadata = core::configToGguf(config);
    static const std::vector<core::GgufValue> values{ std::uint32_t(0), std::uint32_t(3),
        std::uint32_t(1'000'000'000), std::numeric_limits<std::uint64_t>::max(), std::int32_t(-1),
        0.5f, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN(),
        1e308, std::string("yarn"), std::string(), true,
        core::GgufArray(std::vector<std::int32_t>{ -1, 0 }),
        core::GgufArray(std::vector<float>{ 1e30f, 0, 2, 1, 1, 1, 1 }),
        core::GgufArray(std::vector<bool>(7, true)), core::GgufArray(std::vector<std::string>(7)) };
    static const std::array more{ "attention.sliding_window", "attention.sliding_window_pattern",
        "rope.scaling.type", "rope.scaling.factor", "rope.freq_base_swa", "attention.key_length",
        "rope.scaling.original_context_length", "expert_count", "attention.key_length_swa",
        "attention.shared_kv_layers", "embedding_length_per_layer_input",
        "attention.key_length_mla", "attention.value_length_mla", "attention.kv_lora_rank",
        "attention.q_lora_rank", "rope.dimension_count", "rope.dimension_count_swa",
        "expert_group_count", "expert_group_used_count", "leading_dense_block_count",
        "expert_gating_func", "expert_shared_count", "expert_weights_scale",
        "rope.scaling.yarn_log_multiplier", "attention.head_count_kv", "feed_forward_length" };
    for (int changes = 1 + int(random() % 3); changes > 0; --changes) {
        const std::string key = random() % 4 == 0
            ? config.architecture + "." + more[random() % more.size()]
            : metadata.pairs()[random() % metadata.pairs().size()].first;
        metadata.set(key, values[random() % values.size()]);
    }
    const core::ModelConfig read = core::configFromGguf(metadata, "metadata");
    if (!read.notComputed.empty())
        return;
    for (int layer = 0; layer < std::min(read.layers, 100); ++layer)
        (void)core::layerSpec(read, layer);
}

} // namespace

std::vector<std::string> fuzz::seeds()
{
    static const std::vector<std::string> configs = [] {
        std::vector<std::string> made;
        for (const std::string& name : names())
            made.push_back(support::tinyArchitecture(name).config);
        return made;
    }();
    return configs;
}

// The bytes are only what the damage is drawn from, so that it strikes values and not syntax.
void fuzz::check(std::string_view bytes)
{
    std::mt19937 random(unsigned(std::hash<std::string_view>()(bytes)));
    static const std::vector<std::string> all = fuzz::seeds();
    const std::size_t chosen = random() % all.size();
    Json config = Json::parse(all[chosen]);
    const core::ModelConfig sound = core::configFromJson(config, "config.json");
    const bool isSeed = std::ranges::find(all, bytes) != all.end();
    for (int changes = isSeed ? 0 : 1 + int(random() % 3); changes > 0; --changes)
        damage(config, random);
    const std::filesystem::path& folder = folderOf(names()[chosen]);
    support::writeFile(folder / "config.json", config.dump());
    if (random() % 2 == 0 && !isSeed)
        return checkMetadata(sound, random);
    compute(*core::Checkpoint::open(folder));
}
