// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/configkeys.h"
#include "core/model/families.h"
#include "core/model/familynames.h"
#include "core/model/ropescaling.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace core::families {

namespace {

    /// What a configuration class fills in, and how its router works.
    struct LatentDefaults {
        int queryRank, keyRank, plain, value;
        int firstDense, sharedExperts, expertSize;
        double expertsScale;
        bool isSigmoid;
        bool normalizes; ///< transformers heeds norm_topk_prob
        int groupBest; ///< ExpertsSpec::groupBest
    };
    constexpr LatentDefaults second{ 1536, 512, 128, 128, 0, 2, 1407, 1, false, false, 1 };
    constexpr LatentDefaults third{ 1536, 512, 128, 128, 3, 1, 2048, 2.5, true, true, 2 };
    constexpr LatentDefaults fourth{ 1024, 256, 64, 128, 0, 1, 2048, 1, false, true, 2 }; // Mistral

    const LatentDefaults& deepseekDefaults(const ConfigKeys& keys)
    {
        const std::vector<std::string> classes = keys.words("architectures");
        const std::string name = classes.empty() ? keys.word("model_type", "") : classes.front();
        return name == "DeepseekV2ForCausalLM" || name == "deepseek_v2" ? second : third;
    }

    void checkLatents(const ModelConfig& config, const std::string& place)
    {
        const LatentSpec& latent = config.latent;
        const std::int64_t widest
            = std::max({ latent.keyRank, latent.plain + latent.turned, latent.value });
        if (latent.plain < 1 || latent.turned < 2 || latent.turned % 2 != 0
            || config.heads * widest > largestModelSize)
            throw Error(text(place, ": a head has ", latent.plain, " channels and ", latent.turned,
                " that are turned, ", latent.value, " of values and a latent of ", latent.keyRank,
                ", expected at least 1 and 2, an even number of the second, and at most ",
                largestModelSize, " of each in all heads"));
    }

    void checkGroups(const ModelConfig& config, const std::string& place)
    {
        const int groups = config.expertGroups, used = config.expertGroupsUsed;
        if (config.experts == 0 || groups == 1)
            return;
        if (config.experts % groups != 0 || used > groups
            || config.expertsUsed > config.experts / groups * used)
            throw Error(text(place, ": ", used, " of ", groups, " groups of ", config.experts,
                " experts hold those of a token, expected groups of one size with at least ",
                config.expertsUsed, " in those that are used"));
    }

    /// Scores × m², m the magnitude that YaRN would have with that multiplier.
    void scaleScores(ModelConfig& config)
    {
        const double magnitude = config.yarn.factor > 1
            ? 1 + 0.1 * config.yarnLogMultiplier * std::log(config.yarn.factor)
            : 1;
        config.attentionScale = magnitude * magnitude / std::sqrt(double(config.headDim));
    }

    void makeDense(int first, ModelConfig& config)
    {
        for (int layer = 0; layer < config.layers && first > 0; ++layer)
            config.dense.push_back(layer < first);
    }

    void noteGroups(ModelConfig& config)
    {
        if (config.expertGroups > 1 && config.expertGroupBest == 1)
            config.differences.push_back("llama.cpp judges a group of experts by its two best, "
                                         "this model by its best: it will compute otherwise");
    }

    void readGroups(const ConfigKeys& keys, const LatentDefaults& defaults, ModelConfig& config)
    {
        config.expertGroupBest = defaults.groupBest;
        if (keys.word("topk_method", "") == "greedy")
            return;
        if (keys.has("n_group"))
            config.expertGroups = keys.size("n_group");
        config.expertGroupsUsed
            = keys.has("topk_group") ? keys.size("topk_group") : config.expertGroups;
        checkGroups(config, keys.place());
        noteGroups(config);
    }

    void readRouter(const ConfigKeys& keys, const LatentDefaults& defaults, ModelConfig& config)
    {
        if (config.experts == 0)
            return;
        const double dense = keys.number("first_k_dense_replace", defaults.firstDense);
        makeDense(int(std::clamp(dense, 0.0, double(config.layers))), config);
        config.expertSize = keys.size("moe_intermediate_size", defaults.expertSize);
        config.hasSigmoidRouter = defaults.isSigmoid;
        config.expertsScale = keys.number("routed_scaling_factor", defaults.expertsScale);
        if (const double shared = keys.number("n_shared_experts", defaults.sharedExperts);
            shared >= 1)
            config.sharedSize = int(std::min(shared * config.expertSize, double(largestModelSize)));
        readGroups(keys, defaults, config);
        if (defaults.normalizes || !config.normalizesExperts)
            return;
        config.normalizesExperts = false;
        if (keys.has("norm_topk_prob"))
            config.differences.push_back("llama.cpp divides the weights of the chosen experts by "
                                         "their sum, transformers does not");
    }

    void noteDifferences(ModelConfig& config)
    {
        const YarnScaling& yarn = config.yarn;
        const bool isUsual = yarn.roundsRamp && yarn.fastTurns == 32 && yarn.slowTurns == 1
            && config.yarnLogMultiplier != 0 && std::abs(config.ropeMagnitude - 1) < 1e-5f;
        if (yarn.factor != 1 && !isUsual)
            config.differences.push_back("llama.cpp takes its own ramp and magnitude for rope "
                                         "scaling yarn: it will compute otherwise");
        if (std::abs(config.normEpsilon / config.latent.epsilon - 1) > 1e-3f)
            config.differences.push_back(text("llama.cpp takes the epsilon ", config.normEpsilon,
                " for the norms of latents, transformers ", config.latent.epsilon));
    }

    void readLatents(const ConfigKeys& keys, const LatentDefaults& defaults, ModelConfig& config)
    {
        LatentSpec& latent = config.latent;
        // null says that there is none, a missing key what the class has.
        if (!keys.json().contains("q_lora_rank"))
            latent.queryRank = defaults.queryRank;
        else if (keys.has("q_lora_rank"))
            latent.queryRank = keys.size("q_lora_rank");
        latent.keyRank = keys.size("kv_lora_rank", defaults.keyRank);
        latent.plain = keys.size("qk_nope_head_dim", defaults.plain);
        latent.turned = keys.size("qk_rope_head_dim", 64);
        latent.value = keys.size("v_head_dim", defaults.value);
        checkLatents(config, keys.place());
        config.headDim = latent.plain + latent.turned;
        config.rotaryChannels = latent.turned;
        config.keyValueHeads = 1; // as llama.cpp counts them: all heads read one latent
    }

    void readModel(const ConfigKeys& keys, const LatentDefaults& defaults, ModelConfig& config)
    {
        readLatents(keys, defaults, config);
        const Json* scaling = keys.part("rope_parameters");
        if (!scaling)
            scaling = keys.part("rope_scaling");
        if (scaling && config.yarn.factor != 1)
            config.yarnLogMultiplier
                = ConfigKeys(*scaling, keys.place()).number("mscale_all_dim", 0);
        scaleScores(config);
        readRouter(keys, defaults, config);
        noteDifferences(config);
        for (const char* key : { "attention_bias", "mlp_bias" })
            if (keys.flag(key, false))
                config.notComputed = text(keys.place(), ": ", key,
                    " is true, which Quantscope does not compute for this architecture");
    }

    void readDeepseek(const ConfigKeys& keys, ModelConfig& config)
    {
        readModel(keys, deepseekDefaults(keys), config);
    }

    /// Mistral 4 scales queries by position, too (Llama 4's scaling).
    void readMistral4(const ConfigKeys& keys, ModelConfig& config)
    {
        readModel(keys, fourth, config);
        const Json* rope = keys.part("rope_parameters");
        if (rope && rope->is_object())
            config.queryTemperature
                = ConfigKeys(*rope, keys.place()).number("llama_4_scaling_beta", 0);
        if (!keys.flag("rope_interleave", true))
            config.notComputed = text(
                keys.place(), ": rope_interleave is false, which Quantscope does not compute");
    }

    void readRouterGguf(const GgufKeys& keys, const LatentDefaults& defaults, ModelConfig& config)
    {
        const double dense = keys.number("leading_dense_block_count").value_or(0);
        makeDense(dense > 0 ? int(std::min(dense, double(config.layers))) : 0, config);
        if (config.experts == 0)
            return;
        constexpr int sigmoid = 2; // llama_expert_gating_func_type
        config.hasSigmoidRouter = keys.number("expert_gating_func").value_or(1) == sigmoid;
        config.normalizesExperts = keys.flag("expert_weights_norm").value_or(false);
        if (keys.number("expert_weights_scale").value_or(0) != 0)
            config.expertsScale = *keys.positive("expert_weights_scale");
        config.expertGroups = keys.size("expert_group_count").value_or(1);
        config.expertGroupsUsed
            = keys.size("expert_group_used_count").value_or(config.expertGroups);
        config.expertGroupBest = config.hasSigmoidRouter ? third.groupBest : defaults.groupBest;
        if (const auto shared = keys.number("expert_shared_count"); shared && *shared >= 1)
            config.sharedSize
                = int(std::min(*shared * config.expertSize, double(largestModelSize)));
        checkGroups(config, keys.place());
        noteGroups(config);
    }

    /// `defaults`: of the class whose router has a softmax.
    void readModelGguf(const GgufKeys& keys, const LatentDefaults& defaults, ModelConfig& config)
    {
        if (!keys.has("attention.key_length_mla") || !keys.has("attention.value_length_mla")) {
            config.notComputed = text(keys.place(), ": ", keys.full("attention.key_length_mla"),
                " is missing, as in older files, whose attn_kv_b is in one piece: Quantscope does "
                "not compute it");
            return;
        }
        LatentSpec& latent = config.latent;
        latent.queryRank = keys.size("attention.q_lora_rank").value_or(0);
        latent.keyRank = keys.required("attention.kv_lora_rank");
        latent.turned = config.rotaryChannels > 0 ? config.rotaryChannels : config.headDim;
        latent.plain = config.headDim - latent.turned;
        latent.value = keys.required("attention.value_length_mla");
        latent.epsilon = config.normEpsilon;
        config.keyValueHeads = 1;
        checkLatents(config, keys.place());
        constexpr double multiplierScale = 0.1; // with which it is stored here
        config.yarnLogMultiplier
            = keys.positive("rope.scaling.yarn_log_multiplier").value_or(0) / multiplierScale;
        if (config.yarnLogMultiplier != 0)
            config.ropeMagnitude = 1;
        scaleScores(config);
        if (const auto temperature = keys.positive("attention.temperature_scale")) {
            config.queryTemperature = *temperature;
            config.ropeContext
                = keys.size("attention.temperature_length").value_or(config.ropeContext);
        }
        readRouterGguf(keys, defaults, config);
    }

    void readDeepseekGguf(const GgufKeys& keys, ModelConfig& config)
    {
        readModelGguf(keys, second, config);
    }

    void readMistral4Gguf(const GgufKeys& keys, ModelConfig& config)
    {
        readModelGguf(keys, fourth, config);
    }

    void writeLatents(const ModelConfig& config, GgufMetadata& metadata)
    {
        const LatentSpec& latent = config.latent;
        const auto size = [&](const char* name, int value) {
            metadata.set(text(config.architecture, ".attention.", name), std::uint32_t(value));
        };
        size("head_count_kv", 1);
        if (latent.queryRank > 0)
            size("q_lora_rank", latent.queryRank);
        size("kv_lora_rank", latent.keyRank);
        size("key_length", latent.keyRank + latent.turned);
        size("value_length", latent.keyRank);
        size("key_length_mla", latent.plain + latent.turned);
        size("value_length_mla", latent.value);
    }

    void writeDeepseek(const ModelConfig& config, GgufMetadata& metadata)
    {
        const auto key = [&](const char* name) { return text(config.architecture, ".", name); };
        const auto size
            = [&](const char* name, int value) { metadata.set(key(name), std::uint32_t(value)); };
        writeLatents(config, metadata);
        const int dense
            = config.experts == 0 ? config.layers : int(std::ranges::count(config.dense, true));
        size("leading_dense_block_count", dense);
        const int expertSize = config.expertSize > 0 ? config.expertSize : config.feedForward;
        size("expert_feed_forward_length", expertSize);
        size("expert_shared_count", config.sharedSize / expertSize);
        if (config.queryTemperature != 0) {
            metadata.set(key("attention.temperature_scale"), float(config.queryTemperature));
            size("attention.temperature_length", config.ropeContext);
        }
        if (config.yarnLogMultiplier != 0)
            metadata.set(
                key("rope.scaling.yarn_log_multiplier"), float(0.1 * config.yarnLogMultiplier));
        if (config.experts == 0)
            return;
        size("expert_gating_func", config.hasSigmoidRouter ? 2 : 1);
        metadata.set(key("expert_weights_scale"), float(config.expertsScale));
        if (config.normalizesExperts)
            metadata.set(key("expert_weights_norm"), true);
        size("expert_group_count", config.expertGroups);
        size("expert_group_used_count", config.expertGroupsUsed);
    }

    constexpr std::array deepseekClasses{ std::string_view("DeepseekV2ForCausalLM"),
        std::string_view("DeepseekV3ForCausalLM") };
    constexpr std::array deepseekTypes{ std::string_view("deepseek_v2"),
        std::string_view("deepseek_v3"), std::string_view("kimi_k2") };

    // Latent attention, the router and the expert that all tokens share.
    constexpr std::array latentNames{
        HuggingName{ Role::AttnQA, "self_attn.q_a_proj.weight" },
        HuggingName{ Role::AttnQANorm, "self_attn.q_a_layernorm.weight" },
        HuggingName{ Role::AttnQB, "self_attn.q_b_proj.weight" },
        HuggingName{ Role::AttnKvAMqa, "self_attn.kv_a_proj_with_mqa.weight" },
        HuggingName{ Role::AttnKvANorm, "self_attn.kv_a_layernorm.weight" },
        HuggingName{ Role::AttnKB, "self_attn.kv_b_proj.weight", Arrangement::HeadKeys },
        HuggingName{ Role::AttnVB, "self_attn.kv_b_proj.weight", Arrangement::HeadValues },
        HuggingName{ Role::FfnGateInp, "mlp.gate.weight" },
        HuggingName{ Role::FfnGateShexp, "mlp.shared_experts.gate_proj.weight" },
        HuggingName{ Role::FfnUpShexp, "mlp.shared_experts.up_proj.weight" },
        HuggingName{ Role::FfnDownShexp, "mlp.shared_experts.down_proj.weight" },
    };

    constexpr auto deepseekNames = joined(latentNames,
        std::array{
            HuggingName{ Role::ExpProbsBias, "mlp.gate.e_score_correction_bias" },
            HuggingName{ Role::FfnGateExps, "mlp.experts.{n}.gate_proj.weight" },
            HuggingName{ Role::FfnUpExps, "mlp.experts.{n}.up_proj.weight" },
            HuggingName{ Role::FfnDownExps, "mlp.experts.{n}.down_proj.weight" },
            HuggingName{ Role::FfnGateExps, "mlp.experts.gate_up_proj", Arrangement::FirstHalves },
            HuggingName{ Role::FfnUpExps, "mlp.experts.gate_up_proj", Arrangement::SecondHalves },
            HuggingName{ Role::FfnDownExps, "mlp.experts.down_proj", Arrangement::AsItIs },
        });

    // Experts as they are stored: gate and up in one.
    constexpr auto mistral4Names = joined(latentNames,
        std::array{
            HuggingName{ Role::FfnGateUpExps, "mlp.experts.gate_up_proj", Arrangement::AsItIs },
            HuggingName{ Role::FfnDownExps, "mlp.experts.down_proj", Arrangement::AsItIs },
        });
    constexpr std::array mistral4Classes{ std::string_view("Mistral4ForCausalLM"),
        std::string_view("Mistral3ForConditionalGeneration") };
    constexpr std::array mistral4Types{ std::string_view("mistral4") };

} // namespace

const Architecture mistral4{
    .name = "mistral4",
    .title = "Mistral 4",
    .classes = mistral4Classes,
    .modelTypes = mistral4Types,
    .rotary = RotaryLayout::Pairs,
    .mayHaveExperts = true,
    .mayFuseExperts = true,
    .hasLatents = true,
    .countsShared = true,
    .names = mistral4Names,
    .readJson = readMistral4,
    .readGguf = readMistral4Gguf,
    .writeGguf = writeDeepseek,
};

const Architecture deepseek2{
    .name = "deepseek2",
    .title = "DeepSeek",
    .classes = deepseekClasses,
    .modelTypes = deepseekTypes,
    .rotary = RotaryLayout::Pairs,
    .mayHaveExperts = true,
    .mayFuseExperts = true,
    .hasLatents = true,
    .predictsFurther = true,
    .countsShared = true,
    .names = deepseekNames,
    .readJson = readDeepseek,
    .readGguf = readDeepseekGguf,
    .writeGguf = writeDeepseek,
};

} // namespace core::families
