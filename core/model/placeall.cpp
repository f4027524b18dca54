// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/placing.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

namespace core {

namespace {

    /// Names whose tensors llama-quantize leaves as they are (tensor_allows_quantization in
    /// llama.cpp's src/llama-quant.cpp, 2026): norms, routers, positions, small projections and
    /// convolutions, RWKV's low-rank factors, parts for images and sound.
    bool staysAsItIs(std::string_view name)
    {
        constexpr std::array<std::string_view, 2> names{ "position_embd.weight",
            "token_types.weight" };
        constexpr std::array<std::string_view, 35> parts{ "_norm.weight", "ffn_gate_inp.weight",
            "ffn_gate_tid2eid.weight", "altup", "laurel", "per_layer_model_proj", "ssm_conv1d",
            "shortconv.conv.weight", "indexer.k_proj.weight", "indexer.q_proj.weight",
            "time_mix_first.weight", "time_mix_w0.weight", "time_mix_w1.weight",
            "time_mix_w2.weight", "time_mix_v0.weight", "time_mix_v1.weight", "time_mix_v2.weight",
            "time_mix_a0.weight", "time_mix_a1.weight", "time_mix_a2.weight", "time_mix_g1.weight",
            "time_mix_g2.weight", "time_mix_decay_w1.weight", "time_mix_decay_w2.weight",
            "time_mix_lerp_fused.weight", "attn_rel_b.weight", ".position_embd", "sam.pos_embd",
            "sam.neck.", "sam.net_", ".rel_pos", ".patch_embd", ".patch_merger", "a.rvq.codebook",
            "mm.a.code_embd" };
        return !name.ends_with("weight") || std::ranges::find(names, name) != names.end()
            || std::ranges::any_of(parts,
                [&](std::string_view part) { return name.find(part) != std::string_view::npos; });
    }

    /// Dimensions that are more than 1: a matrix of one row or column counts as a vector.
    std::size_t dimensionsOf(const std::vector<std::int64_t>& shape)
    {
        std::size_t count = shape.size();
        for (std::size_t i = 0; i < shape.size() && shape[i] == 1; ++i)
            --count;
        return count;
    }

    bool mayQuantize(const StoredTensor& stored)
    {
        return dimensionsOf(stored.shape) >= 2 && !staysAsItIs(stored.name)
            && !stored.format->isWhole;
    }

    Place placeOf(const StoredTensor& stored, int number, std::set<Place>& taken)
    {
        const auto known = findPlace(stored.name);
        if (known && isMatrix(known->role) == mayQuantize(stored) && taken.insert(*known).second)
            return *known;
        return { mayQuantize(stored) ? Role::OtherMatrix : Role::OtherTensor,
            layerOfName(stored.name), number };
    }

    Tensor tensorAt(Place place, const StoredTensor& stored)
    {
        Tensor tensor;
        tensor.place = place;
        tensor.name = tensor.sourceName = stored.name;
        tensor.shape = stored.shape;
        tensor.columns = stored.shape.back();
        tensor.rows = 1;
        for (std::size_t i = 0; i + 1 < stored.shape.size(); ++i)
            tensor.rows *= stored.shape[i];
        tensor.format = stored.format;
        tensor.bytes = stored.bytes;
        tensor.offset = stored.offset;
        tensor.file = stored.file;
        tensor.mapping = stored.mapping;
        tensor.source = stored.source;
        return tensor;
    }

    /// The types of tensors, each once.
    std::string typesOf(const std::vector<StoredTensor>& tensors)
    {
        std::set<std::string_view> types;
        for (const StoredTensor& tensor : tensors)
            types.insert(storedType(tensor).substr(0, 60));
        constexpr std::size_t mostNamed = 5;
        std::string words;
        std::size_t named = 0;
        for (const std::string_view type : types)
            if (named++ < mostNamed)
                words.append(words.empty() ? "" : ", ").append(type);
        return types.size() > mostNamed ? words + " …" : words;
    }

    std::string undecodedNote(const std::vector<StoredTensor>& tensors)
    {
        const StoredTensor& first = tensors.front();
        const std::string name = text(first.name.substr(0, 200), " ", shapeText(first.shape));
        constexpr const char* so = ", which nothing here decodes: it is listed by name and shape";
        return tensors.size() == 1 ? text("Tensor ", name, " is stored as ", typesOf(tensors), so)
                                   : text(tensors.size(), " tensors, such as ", name,
                                       ", are stored as ", typesOf(tensors), so);
    }

    [[noreturn]] void failEmpty(const ShardedTensors& stored,
        const std::vector<StoredTensor>& undecoded, const std::string& file)
    {
        if (const std::string faults = faultsText(stored); !faults.empty())
            throw Error(text(file, ": ", faults, "; so it has no tensor of weights"));
        if (!undecoded.empty())
            throw Error(text(file, ": all its ", undecoded.size(), " tensors are stored as ",
                typesOf(undecoded), ", expected one at least in a format that is decoded"));
        throw Error(text(file, ": has no tensor of weights, expected at least one"));
    }

} // namespace

Tensor placedAsOther(const StoredTensor& stored, int number)
{
    const Role role = mayQuantize(stored) ? Role::OtherMatrix : Role::OtherTensor;
    return tensorAt({ role, -1, number }, stored);
}

PlacedTensors placeAll(const ShardedTensors& stored, const std::string& file)
{
    PlacedTensors result;
    std::set<Place> taken;
    std::vector<std::string> left;
    for (const StoredTensor& found : stored.tensors) {
        if (found.shape.empty() || (found.bytes.empty() && !found.source))
            left.push_back(found.name.substr(0, 200));
        else if (!found.format)
            result.undecoded.push_back(found);
        else
            result.tensors.push_back(
                tensorAt(placeOf(found, int(result.tensors.size()), taken), found));
    }
    if (result.tensors.empty())
        failEmpty(stored, result.undecoded, file);
    if (!left.empty())
        result.notes.push_back(
            text(left.size(), " tensors hold no weights and are left out, such as ", left.front()));
    if (!result.undecoded.empty())
        result.notes.push_back(undecodedNote(result.undecoded));
    std::ranges::move(faultNotes(stored, file), std::back_inserter(result.notes));
    return result;
}

std::string faultsText(const ShardedTensors& stored)
{
    constexpr std::size_t mostNamed = 5;
    std::string words;
    for (std::size_t i = 0; i < std::min(stored.faults.size(), mostNamed); ++i)
        words.append(i == 0 ? "" : " and ").append(stored.faults[i]);
    return stored.faults.size() > mostNamed
        ? text(words, " and ", stored.faults.size() - mostNamed, " more")
        : words;
}

std::vector<std::string> faultNotes(const ShardedTensors& stored, const std::string& file)
{
    std::vector<std::string> notes;
    for (const std::string& fault : stored.faults)
        notes.push_back(text(std::filesystem::path(file).filename().string(), " ", fault));
    return notes;
}

} // namespace core
