// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/quantized.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace core {

namespace {

    constexpr const char* advice = ": open the original, in F32, F16 or BF16, or a GGUF file of it";

    /// Ends of tensor names that only one tool's quantized checkpoints have.
    struct Trace {
        std::string_view end;
        const char* tool;
    };
    constexpr std::array traces{ Trace{ ".qweight", "GPTQ or AWQ" },
        Trace{ ".qzeros", "GPTQ or AWQ" }, Trace{ ".g_idx", "GPTQ" },
        Trace{ ".absmax", "bitsandbytes" }, Trace{ ".quant_map", "bitsandbytes" },
        Trace{ ".bitsandbytes__nf4", "bitsandbytes" },
        Trace{ ".bitsandbytes__fp4", "bitsandbytes" }, Trace{ ".SCB", "bitsandbytes" },
        Trace{ ".weight_packed", "compressed-tensors" },
        Trace{ ".weight_zero_point", "compressed-tensors" },
        Trace{ ".weight_scale", "compressed-tensors or FP8" }, Trace{ ".weight_scale_inv", "FP8" },
        Trace{ ".weight_scale_2", "NVFP4 (ModelOpt)" }, Trace{ "_proj_blocks", "MXFP4" },
        Trace{ ".weight_blocks", "MXFP4" }, Trace{ ".codebooks", "AQLM" }, Trace{ ".W_q", "HQQ" },
        Trace{ ".weight._data", "quanto" }, Trace{ ".biases", "MLX" } };

    const Json& objectIn(const Json& config, const char* key)
    {
        static const Json none;
        const auto found = config.is_object() ? config.find(key) : config.end();
        return found != config.end() && found->is_object() ? *found : none;
    }

    /// A number of bits that a quantization_config speaks of; 0: none.
    std::int64_t bitsOf(const Json& quantization)
    {
        for (const char* key : { "bits", "w_bit", "nbits" })
            if (const auto bits = quantization.find(key);
                bits != quantization.end() && bits->is_number_unsigned())
                return bits->get<std::int64_t>();
        const auto isTrue = [&](const char* key) {
            const auto flag = quantization.find(key);
            return flag != quantization.end() && *flag == true;
        };
        return isTrue("load_in_4bit") ? 4 : isTrue("load_in_8bit") ? 8 : 0;
    }

    struct Quantization {
        std::string tool; ///< empty: config.json speaks of none
        std::int64_t bits = 0; ///< 0: it does not say
    };

    Quantization quantizationOf(const Json& config)
    {
        for (const char* key : { "quantization_config", "compression_config" }) {
            const Json& found = objectIn(config, key);
            if (found.is_null() || found.empty())
                continue;
            const auto method = found.find("quant_method");
            const bool isNamed = method != found.end() && method->is_string();
            return { isNamed ? method->get<std::string>().substr(0, 60) : std::string(key),
                bitsOf(found) };
        }
        const Json& mlx = objectIn(config, "quantization");
        return mlx.contains("bits") ? Quantization{ "MLX", bitsOf(mlx) } : Quantization();
    }

    const StoredTensor* firstTrace(const std::vector<StoredTensor>& tensors, const Trace& trace)
    {
        const auto found = std::find_if(tensors.begin(), tensors.end(),
            [&](const StoredTensor& tensor) { return tensor.name.ends_with(trace.end); });
        return found == tensors.end() ? nullptr : &*found;
    }

    /// A weight in a format of 8 bits or fewer: what is left of FP8 without its scales.
    const StoredTensor* firstNarrow(const std::vector<StoredTensor>& tensors)
    {
        const auto found
            = std::find_if(tensors.begin(), tensors.end(), [](const StoredTensor& tensor) {
                  return tensor.dtype.starts_with("F8_") || tensor.dtype.starts_with("F6_")
                      || tensor.dtype == "F4";
              });
        return found == tensors.end() ? nullptr : &*found;
    }

} // namespace

std::string refuseQuantized(
    const Json& config, const std::string& configFile, const std::vector<StoredTensor>& tensors)
{
    const Quantization said = quantizationOf(config);
    const std::string to = said.bits > 0 ? text(" to ", said.bits, " bits") : std::string();
    constexpr std::string_view loader = "bitsandbytes";
    if (!said.tool.empty() && said.tool != loader)
        throw Error(
            text(configFile, ": the weights are quantized already, by ", said.tool, to, advice));
    for (const Trace& trace : traces) {
        if (const StoredTensor* tensor = firstTrace(tensors, trace))
            throw Error(text(tensor->file, ": the weights are quantized already, by ", trace.tool,
                to, ", as tensor ", tensor->name.substr(0, 200), " shows", advice));
    }
    if (const StoredTensor* tensor = firstNarrow(tensors))
        throw Error(text(tensor->file, ": the weights are quantized already: tensor ",
            tensor->name.substr(0, 200), " is stored as ", tensor->dtype, advice));
    return said.tool.empty()
        ? ""
        : text("config.json names ", loader, to,
            ", but the tensors are in full precision: they are taken as they are");
}

} // namespace core
