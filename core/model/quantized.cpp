// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/quantized.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/quantizedsource.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <utility>

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

    /// A weight in numbers of 8 bits or fewer that nothing decodes.
    const StoredTensor* firstNarrow(const std::vector<StoredTensor>& tensors)
    {
        const auto found = std::ranges::find_if(tensors, [](const StoredTensor& tensor) {
            return !tensor.format
                && (tensor.dtype.starts_with("F8_") || tensor.dtype.starts_with("F6_")
                    || tensor.dtype == "F4");
        });
        return found == tensors.end() ? nullptr : &*found;
    }

    /// Throws Error for what is left of a way to quantize that nothing here reads.
    void refuseUnknown(const std::vector<StoredTensor>& others, const std::string& to)
    {
        for (const Trace& trace : traces) {
            if (const StoredTensor* tensor = firstTrace(others, trace))
                throw Error(text(tensor->file, ": the weights are quantized already, by ",
                    trace.tool, to, ", as tensor ", tensor->name.substr(0, 200), " shows", advice));
        }
        if (const StoredTensor* tensor = firstNarrow(others))
            throw Error(text(tensor->file, ": the weights are quantized already: tensor ",
                tensor->name.substr(0, 200), " is stored as ", tensor->dtype, advice));
    }

    /// Tools whose weights are told by their tensors: without these they are in full precision.
    bool isRead(const std::string& tool)
    {
        constexpr std::array<std::string_view, 8> read{ "gptq", "awq", "bitsandbytes",
            "compressed-tensors", "fp8", "fbgemm_fp8", "mxfp4", "modelopt" };
        return std::ranges::find(read, tool) != read.end();
    }

    StoredTensor joined(const QuantizedWeight& weight)
    {
        StoredTensor tensor;
        tensor.name = weight.name;
        tensor.format = &formats::f32;
        tensor.shape = weight.shape;
        tensor.file = weight.file;
        tensor.source = weight.rows;
        return tensor;
    }

    /// "The weights are quantized already (4 bits, groups of 128, symmetric: 14 tensors; …)".
    std::string gridsNote(const std::vector<QuantizedWeight>& weights)
    {
        std::map<std::string, int> counts;
        for (const QuantizedWeight& weight : weights)
            ++counts[weight.rows->grid()];
        std::string words;
        for (const auto& [grid, count] : counts)
            words.append(words.empty() ? "" : "; ")
                .append(text(grid, ": ", count, count == 1 ? " tensor" : " tensors"));
        return text("The weights are quantized already (", words,
            "): they are decoded, and as in the file they stay as they are where GGUF has the "
            "same grid");
    }

    /// Takes out the biases of zeros that AutoGPTQ writes beside every weight, whether the model
    /// has biases or not. Gives back how many.
    std::size_t withoutZeroBiases(
        std::vector<StoredTensor>& others, const std::vector<QuantizedWeight>& weights)
    {
        std::set<std::string> biases;
        for (const QuantizedWeight& weight : weights)
            if (weight.name.ends_with(".weight"))
                biases.insert(weight.name.substr(0, weight.name.size() - 6) + "bias");
        return std::erase_if(others, [&](const StoredTensor& tensor) {
            return biases.contains(tensor.name)
                && std::ranges::all_of(
                    tensor.bytes, [](std::byte byte) { return byte == std::byte(0); });
        });
    }

} // namespace

LenientJson withQuantization(const Json& config, const std::filesystem::path& folder)
{
    LenientJson whole{ config, {} };
    if (!config.is_object() || !objectIn(config, "quantization_config").is_null()
        || !objectIn(config, "compression_config").is_null())
        return whole;
    for (const auto& [file, method] :
        { std::pair{ "quantize_config.json", "gptq" }, std::pair{ "quant_config.json", "awq" } }) {
        LenientJson beside = readOptionalJson(folder / file);
        if (whole.fault.empty())
            whole.fault = beside.fault;
        if (!beside.value.is_object())
            continue;
        if (!beside.value.contains("quant_method"))
            beside.value["quant_method"] = method;
        whole.value["quantization_config"] = std::move(beside.value);
        break;
    }
    return whole;
}

std::vector<std::string> joinQuantized(
    ShardedTensors& stored, const Json& config, const std::string& configFile)
{
    const Quantization said = quantizationOf(config);
    const std::string to = said.bits > 0 ? text(" to ", said.bits, " bits") : std::string();
    QuantizedTensors sorted = quantizedTensors(stored.tensors, config, configFile);
    refuseUnknown(sorted.others, to);
    std::vector<std::string> notes;
    if (!sorted.weights.empty())
        notes.push_back(gridsNote(sorted.weights));
    else if (isRead(said.tool))
        notes.push_back(text("config.json names ", said.tool, to,
            ", but no tensor is quantized so: they are taken as they are"));
    else if (!said.tool.empty())
        throw Error(
            text(configFile, ": the weights are quantized already, by ", said.tool, to, advice));
    if (const std::size_t zeros
        = said.tool == "gptq" ? withoutZeroBiases(sorted.others, sorted.weights) : 0)
        notes.push_back(text(zeros, " biases that are all zero are left out"));
    if (!sorted.leftOut.empty())
        notes.push_back(text(sorted.leftOut.size(),
            " scales of activations and caches are left "
            "out, such as ",
            sorted.leftOut.front().substr(0, 200)));
    stored.tensors.clear();
    for (const QuantizedWeight& weight : sorted.weights)
        stored.tensors.push_back(joined(weight));
    std::ranges::move(sorted.others, std::back_inserter(stored.tensors));
    return notes;
}

} // namespace core
