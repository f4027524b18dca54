// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/placing.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <utility>

namespace core {

namespace {

    /// Names whose tensors llama-quantize leaves as they are (tensor_allows_quantization in
    /// llama.cpp's src/llama-quant.cpp, 2026).
    bool staysAsItIs(std::string_view name)
    {
        constexpr std::array<std::string_view, 12> parts{ "_norm.weight", "ffn_gate_inp.weight",
            "altup", "laurel", "per_layer_model_proj", "ssm_conv1d", "shortconv.conv.weight",
            "time_mix_first.weight", "time_mix_w", "attn_rel_b.weight", "position_embd",
            "token_types" };
        return !name.ends_with("weight") || std::ranges::any_of(parts, [&](std::string_view part) {
            return name.find(part) != std::string_view::npos;
        });
    }

    /// Dimensions that are more than 1: a matrix of one row or column counts as a vector.
    std::size_t dimensionsOf(const std::vector<std::int64_t>& shape)
    {
        std::size_t count = shape.size();
        for (std::size_t i = 0; i < shape.size() && shape[i] == 1; ++i)
            --count;
        return count;
    }

    Place placeOf(const StoredTensor& stored, int number, std::set<Place>& taken)
    {
        const bool mayQuantize = dimensionsOf(stored.shape) >= 2 && !staysAsItIs(stored.name)
            && !stored.format->isWhole;
        const auto known = findPlace(stored.name);
        if (known && isMatrix(known->role) == mayQuantize && taken.insert(*known).second)
            return *known;
        return { mayQuantize ? Role::OtherMatrix : Role::OtherTensor, layerOfName(stored.name),
            number };
    }

} // namespace

PlacedTensors placeAll(const ShardedTensors& stored, const std::string& file)
{
    PlacedTensors result;
    std::set<Place> taken;
    std::vector<std::string> left;
    for (const StoredTensor& found : stored.tensors) {
        if (!found.format || found.shape.empty() || (found.bytes.empty() && !found.source)) {
            left.push_back(found.name.substr(0, 200));
            continue;
        }
        Tensor tensor;
        tensor.place = placeOf(found, int(result.tensors.size()), taken);
        tensor.name = tensor.sourceName = found.name;
        tensor.shape = found.shape;
        tensor.columns = found.shape.back();
        tensor.rows = 1;
        for (std::size_t i = 0; i + 1 < found.shape.size(); ++i)
            tensor.rows *= found.shape[i];
        tensor.format = found.format;
        tensor.bytes = found.bytes;
        tensor.offset = found.offset;
        tensor.file = found.file;
        tensor.mapping = found.mapping;
        tensor.source = found.source;
        result.tensors.push_back(std::move(tensor));
    }
    if (result.tensors.empty())
        throw Error(text(file, ": has no tensor of weights, expected at least one"));
    if (!left.empty())
        result.notes.push_back(
            text(left.size(), " tensors hold no weights and are left out, such as ", left.front()));
    for (const std::string& fault : stored.faults)
        result.notes.push_back(text(std::filesystem::path(file).filename().string(), " ", fault));
    return result;
}

} // namespace core
