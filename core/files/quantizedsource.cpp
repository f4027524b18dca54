// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/quantizedsource.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/bitsandbytesrows.h"
#include "core/files/floatrows.h"
#include "core/files/quantizedparts.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

namespace core {

using namespace quantized;

namespace {

    /// Ends of the names of what rounds activations and caches, not weights.
    constexpr std::array<std::string_view, 10> ofActivations{ ".input_scale", ".activation_scale",
        ".input_global_scale", ".input_zero_point", ".output_scale", ".q_scale", ".k_scale",
        ".v_scale", ".prob_output_scale", ".weight_format" };

    constexpr std::int64_t largestDimension = std::int64_t(1) << 31;

    std::optional<std::string> stemOf(const std::string& name, std::string_view end)
    {
        if (!name.ends_with(end) || name.size() == end.size())
            return std::nullopt;
        return name.substr(0, name.size() - end.size());
    }

    bool isFloat8(const StoredTensor& tensor)
    {
        return tensor.format == &formats::f8_E4M3 || tensor.format == &formats::f8_E5M2;
    }

    /// Two whole numbers of a state of bitsandbytes.
    std::pair<std::int64_t, std::int64_t> shapeIn(const Json& state, const std::string& place)
    {
        const auto found = state.find("shape");
        const auto isSize = [](const Json& size) {
            return size.is_number_unsigned() && size.get<std::uint64_t>() >= 1
                && size.get<std::uint64_t>() <= std::uint64_t(largestDimension);
        };
        if (found == state.end() || !found->is_array() || found->size() != 2 || !isSize((*found)[0])
            || !isSize((*found)[1]))
            throw Error(
                text(place, ": shape is ", found == state.end() ? "missing" : shownJson(*found),
                    ", expected rows and columns"));
        return { (*found)[0].get<std::int64_t>(), (*found)[1].get<std::int64_t>() };
    }

    std::int64_t blockSizeIn(const Json& state, const char* key, const std::string& place)
    {
        const auto size = jsonValue<std::int64_t>(state, key, place);
        if (size < 1 || size > largestDimension)
            throw Error(text(place, ": ", key, " is ", size, ", expected at least 1"));
        return size;
    }

    QuantizedWeight fourBitWeight(Parts& parts, const StoredTensor& weight,
        const StoredTensor& stateTensor, const std::string& type)
    {
        const std::string place
            = text(stateTensor.file, ": tensor ", stateTensor.name.substr(0, 200));
        requireStoredAs(stateTensor, { &formats::u8 });
        constexpr std::size_t longest = 1 << 16; // about 200 bytes in fact
        const Json json
            = parseJson(std::string_view(reinterpret_cast<const char*>(stateTensor.bytes.data()),
                            std::min(stateTensor.bytes.size(), longest)),
                place);
        if (!json.is_object())
            throw Error(text(place, " is ", json.type_name(), ", expected an object"));
        FourBitState state;
        state.type = type;
        std::tie(state.rows, state.columns) = shapeIn(json, place);
        state.blockSize = blockSizeIn(json, "blocksize", place);
        state.codes = parts.take(weight.name, weight);
        state.map = parts.take(weight.name + ".quant_map", weight);
        state.scales = parts.take(weight.name + ".absmax", weight);
        parts.take(stateTensor.name, weight);
        if (auto nested = parts.takeIfThere(weight.name + ".nested_absmax"))
            state.nested = FourBitState::Nested{ blockSizeIn(json, "nested_blocksize", place),
                float(jsonValue<double>(json, "nested_offset", place)),
                parts.take(weight.name + ".nested_quant_map", weight), std::move(*nested) };
        return { weight.name, { state.rows, state.columns },
            std::make_shared<const FourBitRows>(std::move(state)), weight.file };
    }

    /// Codes of two a byte along the columns.
    std::pair<std::int64_t, std::int64_t> shapeOfNibbles(
        const StoredTensor& codes, std::int64_t groupSize)
    {
        const auto [rows, bytes] = matrixShape(codes);
        if (bytes * 2 % groupSize != 0)
            throw Error(text(codes.file, ": tensor ", codes.name.substr(0, 200), " has shape ",
                shapeText(codes.shape), ", expected rows of whole groups of ", groupSize));
        return { rows, bytes * 2 };
    }

    QuantizedWeight nvfp4Weight(Parts& parts, const StoredTensor& codes, const std::string& stem)
    {
        const auto [rows, columns] = shapeOfNibbles(codes, 16);
        StoredTensor kept = parts.take(codes.name, codes);
        StoredTensor scales = parts.take(stem + ".weight_scale", codes);
        const bool multiplies = parts.find(stem + ".weight_scale_2") != nullptr;
        StoredTensor factor
            = parts.take(stem + (multiplies ? ".weight_scale_2" : ".weight_global_scale"), codes);
        const auto global = multiplies ? Nvfp4Rows::Global::Multiplies : Nvfp4Rows::Global::Divides;
        return { stem + ".weight", { rows, columns },
            std::make_shared<const Nvfp4Rows>(
                rows, columns, std::move(kept), std::move(scales), std::move(factor), global),
            codes.file };
    }

    QuantizedWeight mxfp4Weight(Parts& parts, const StoredTensor& codes, const std::string& name,
        const std::string& scalesName, std::vector<std::int64_t> shape)
    {
        const std::int64_t columns = shape.back();
        const std::int64_t rows
            = std::accumulate(shape.begin(), shape.end() - 1, std::int64_t(1), std::multiplies<>());
        StoredTensor kept = parts.take(codes.name, codes);
        StoredTensor scales = parts.take(scalesName, codes);
        return { name, std::move(shape),
            std::make_shared<const Mxfp4Rows>(rows, columns, std::move(kept), std::move(scales)),
            codes.file };
    }

    /// gpt-oss: [matrices, rows, groups, 16 bytes].
    std::vector<std::int64_t> shapeOfBlocks(const StoredTensor& blocks)
    {
        std::vector<std::int64_t> shape = blocks.shape;
        const bool isKnown = shape.size() >= 3 && shape.size() <= 4 && shape.back() == 16
            && weightCount(shape).value_or(0) > 0;
        if (!isKnown)
            throw Error(text(blocks.file, ": tensor ", blocks.name.substr(0, 200), " has shape ",
                shapeText(blocks.shape), ", expected groups of 16 bytes at its end"));
        shape.pop_back();
        shape.back() *= 32;
        return shape;
    }

    QuantizedWeight packedBytesOrWords(
        Parts& parts, const StoredTensor& packed, const std::string& stem, const Facts& facts)
    {
        if (packed.format != &formats::u8)
            return packedWeight(parts, packed, stem, facts);
        if (parts.find(stem + ".weight_global_scale") || parts.find(stem + ".weight_scale_2"))
            return nvfp4Weight(parts, packed, stem);
        const auto [rows, columns] = shapeOfNibbles(packed, 32);
        return mxfp4Weight(
            parts, packed, stem + ".weight", stem + ".weight_scale", { rows, columns });
    }

    QuantizedWeight float8Weight(Parts& parts, const StoredTensor& weight, const std::string& stem,
        const std::string& scalesName, const Facts& facts)
    {
        StoredTensor kept = parts.take(weight.name, weight);
        StoredTensor scales = parts.take(scalesName, weight);
        parts.takeIfThere(stem + ".weight_zero_point"); // of floats, it is zero
        return { weight.name, weight.shape,
            std::make_shared<const Float8Rows>(
                std::move(kept), std::move(scales), facts.blockRows, facts.blockColumns),
            weight.file };
    }

    /// A tensor X.weight that has scales beside it; nothing for an ordinary one.
    std::optional<QuantizedWeight> scaledWeight(
        Parts& parts, const StoredTensor& weight, const std::string& stem, const Facts& facts)
    {
        for (const char* type : { "nf4", "fp4" })
            if (const StoredTensor* state
                = parts.find(weight.name + ".quant_state.bitsandbytes__" + type))
                return fourBitWeight(parts, weight, *state, type);
        const bool hasScale = parts.find(stem + ".weight_scale");
        if (weight.format == &formats::i8 && (hasScale || parts.find(stem + ".SCB")))
            return int8Weight(parts, weight, stem);
        if (weight.format == &formats::u8 && parts.find(stem + ".weight_scale_2"))
            return nvfp4Weight(parts, weight, stem);
        for (const char* end : { ".weight_scale_inv", ".weight_scale" })
            if (isFloat8(weight) && parts.find(stem + end))
                return float8Weight(parts, weight, stem, stem + end, facts);
        return std::nullopt;
    }

    std::optional<QuantizedWeight> weightOf(
        Parts& parts, const StoredTensor& tensor, const Facts& facts)
    {
        if (const auto stem = stemOf(tensor.name, ".qweight"))
            return gptqOrAwqWeight(parts, tensor, *stem, facts);
        if (const auto stem = stemOf(tensor.name, ".weight_packed"))
            return packedBytesOrWords(parts, tensor, *stem, facts);
        if (const auto stem = stemOf(tensor.name, "_blocks");
            stem && parts.find(*stem + "_scales") && tensor.format == &formats::u8)
            return mxfp4Weight(parts, tensor, *stem, *stem + "_scales", shapeOfBlocks(tensor));
        if (const auto stem = stemOf(tensor.name, ".weight"))
            return scaledWeight(parts, tensor, *stem, facts);
        return std::nullopt;
    }

} // namespace

QuantizedTensors quantizedTensors(
    const std::vector<StoredTensor>& tensors, const Json& config, const std::string& configFile)
{
    const Facts facts = factsOf(config, configFile);
    Parts parts(tensors);
    QuantizedTensors result;
    for (const StoredTensor& tensor : tensors)
        if (auto weight = weightOf(parts, tensor, facts))
            result.weights.push_back(std::move(*weight));
    const auto isOfActivations = [](const std::string& name) {
        return std::ranges::any_of(
            ofActivations, [&](std::string_view end) { return name.ends_with(end); });
    };
    for (const StoredTensor& tensor : tensors) {
        if (parts.isTaken(tensor))
            continue;
        if (!result.weights.empty() && isOfActivations(tensor.name))
            result.leftOut.push_back(tensor.name);
        else
            result.others.push_back(tensor);
    }
    return result;
}

} // namespace core
