// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/expectedtensors.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/namerule.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <string_view>
#include <utility>

namespace core {

namespace {

    using Key = std::pair<Role, int>; // a Place that can be sorted

    /// (rows, columns) of a role; norms have one row.
    std::pair<std::int64_t, std::int64_t> shapeOf(Role role, const ModelConfig& config)
    {
        const std::int64_t hidden = config.hidden;
        const std::int64_t queries = std::int64_t(config.heads) * config.headDim;
        const std::int64_t keys = std::int64_t(config.keyValueHeads) * config.headDim;
        switch (role) {
        case Role::TokenEmbd:
        case Role::Output:
            return { config.vocabulary, hidden };
        case Role::AttnQ:
            return { queries, hidden };
        case Role::AttnK:
        case Role::AttnV:
            return { keys, hidden };
        case Role::AttnOutput:
            return { hidden, queries };
        case Role::FfnGate:
        case Role::FfnUp:
            return { config.feedForward, hidden };
        case Role::FfnDown:
            return { hidden, config.feedForward };
        case Role::RopeFreqs:
            return { 1, config.headDim / 2 };
        case Role::AttnNorm:
        case Role::FfnNorm:
        case Role::OutputNorm:
            break;
        }
        return { 1, hidden };
    }

    void requireShape(const StoredTensor& stored, Role role, const ModelConfig& config)
    {
        const auto [rows, columns] = shapeOf(role, config);
        const std::vector<std::int64_t> expected
            = isMatrix(role) ? std::vector{ rows, columns } : std::vector{ columns };
        if (stored.shape != expected)
            throw Error(text(stored.file, ": tensor ", stored.name, " has shape ",
                shapeText(stored.shape), ", expected ", shapeText(expected)));
    }

    std::vector<Place> expectedPlaces(const ModelConfig& config)
    {
        std::vector<Place> places{ { Role::TokenEmbd } };
        for (int layer = 0; layer < config.layers; ++layer) {
            for (const Role role : { Role::AttnNorm, Role::AttnQ, Role::AttnK, Role::AttnV,
                     Role::AttnOutput, Role::FfnNorm, Role::FfnGate, Role::FfnUp, Role::FfnDown })
                places.push_back({ role, layer });
        }
        places.push_back({ Role::OutputNorm });
        places.push_back({ Role::Output });
        return places;
    }

    /// Throws Error for tensors named as Meta names those of its own files, and Mistral after it.
    void refuseOtherNames(const std::vector<StoredTensor>& stored)
    {
        for (const StoredTensor& tensor : stored) {
            if (tensor.name == "tok_embeddings.weight"
                || tensor.name.ends_with(".attention.wq.weight"))
                throw Error(text(tensor.file,
                    ": has tensors named as in Meta's and Mistral's own "
                    "files (",
                    tensor.name.substr(0, 200),
                    "): use the model's files for transformers instead"));
        }
    }

    /// Whether a tensor without a place is nothing that a model is computed from.
    bool isUnneeded(const StoredTensor& tensor)
    {
        const std::string_view type = tensor.dtype;
        const bool isWhole = type == "BOOL" || type.starts_with('I') || type.starts_with('U');
        return isWhole || isBuffer(tensor.name);
    }

    [[noreturn]] void failUnknown(const StoredTensor& tensor, const ModelConfig& config)
    {
        if (isAdapter(tensor.name))
            throw Error(
                text(tensor.file, ": holds tensors of a LoRA adapter (", tensor.name.substr(0, 200),
                    "): merge the adapter into its model first (peft: merge_and_unload)"));
        throw Error(text(tensor.file, ": unexpected tensor ", tensor.name.substr(0, 200), " ",
            shapeText(tensor.shape), ", expected only those of a Llama model of ", config.layers,
            " layers"));
    }

    /// Tensors by their place, and the names of those that are left out.
    struct Sorted {
        std::map<Key, const StoredTensor*> found;
        std::vector<std::string> left;
    };

    Sorted byPlace(
        const std::vector<StoredTensor>& stored, const NameRule& rule, const ModelConfig& config)
    {
        Sorted sorted;
        for (const StoredTensor& tensor : stored) {
            const auto place = findPlace(rule.usualName(tensor.name));
            if (!place || place->layer >= config.layers) {
                if (!isUnneeded(tensor))
                    failUnknown(tensor, config);
                sorted.left.push_back(tensor.name.substr(0, 200));
                continue;
            }
            const auto [other, isNew]
                = sorted.found.try_emplace({ place->role, place->layer }, &tensor);
            if (!isNew)
                throw Error(text(tensor.file, ": tensors ", other->second->name, " and ",
                    tensor.name, " have the same place, expected one"));
        }
        return sorted;
    }

    std::string leftNote(const std::vector<std::string>& left)
    {
        if (left.size() == 1)
            return text("Tensor ", left.front(), ", which nothing needs, is left out");
        return text(
            left.size(), " tensors that nothing needs are left out, such as ", left.front());
    }

    [[noreturn]] void failMissing(const ShardedTensors& stored, Place place,
        const ModelConfig& config, const std::string& file)
    {
        const std::string name
            = config.rotary == RotaryLayout::Pairs ? ggufName(place) : huggingFaceName(place);
        std::string why;
        for (const std::string& fault : stored.faults)
            why.append(why.empty() ? "" : " and ").append(fault);
        if (!why.empty())
            throw Error(text(file, ": ", why, "; so tensor ", name, " is missing among ",
                stored.tensors.size(), " tensors"));
        throw Error(text(file, ": tensor ", name, " is missing among ", stored.tensors.size(),
            " tensors, expected those of a Llama model of ", config.layers, " layers"));
    }

    Tensor placed(const StoredTensor& stored, Place place, const ModelConfig& config)
    {
        if (!stored.format || stored.format->isWhole)
            throw Error(text(stored.file, ": tensor ", stored.name, " is stored as ",
                stored.format ? stored.format->name : stored.dtype, ", expected F32, F16 or BF16"));
        requireShape(stored, place.role, config);
        const auto [rows, columns] = shapeOf(place.role, config);
        Tensor tensor;
        tensor.place = place;
        tensor.name = ggufName(place);
        tensor.sourceName = stored.name;
        tensor.rows = rows;
        tensor.columns = columns;
        tensor.format = stored.format;
        tensor.bytes = stored.bytes;
        tensor.offset = stored.offset;
        tensor.file = stored.file;
        tensor.mapping = stored.mapping;
        return tensor;
    }

} // namespace

PlacedTensors placeTensors(
    const ShardedTensors& stored, const ModelConfig& config, const std::string& file)
{
    refuseOtherNames(stored.tensors);
    const NameRule rule(stored.tensors);
    const Sorted sorted = byPlace(stored.tensors, rule, config);
    PlacedTensors result;
    for (const Place place : expectedPlaces(config)) {
        const auto tensor = sorted.found.find({ place.role, place.layer });
        const bool isMissing = tensor == sorted.found.end();
        if (place.role == Role::Output && (config.tiedHead || isMissing))
            continue;
        if (isMissing)
            failMissing(stored, place, config, file);
        result.tensors.push_back(placed(*tensor->second, place, config));
    }
    if (const std::string note = rule.note(); !note.empty())
        result.notes.push_back(note);
    if (!sorted.left.empty())
        result.notes.push_back(leftNote(sorted.left));
    for (const std::string& fault : stored.faults)
        result.notes.push_back(text(std::filesystem::path(file).filename().string(), " ", fault));
    return result;
}

std::vector<float> ropeFactors(const StoredTensor& stored, const ModelConfig& config)
{
    requireShape(stored, Role::RopeFreqs, config);
    const Matrix factors = decode(placed(stored, { Role::RopeFreqs }, config));
    const float* end = factors.data() + factors.size();
    const float* bad = std::find_if(
        factors.data(), end, [](float factor) { return !(factor > 0) || !std::isfinite(factor); });
    if (bad != end)
        throw Error(text(stored.file, ": tensor ", stored.name, " holds ", *bad, " in column ",
            bad - factors.data(), ", expected divisors above 0"));
    return { factors.data(), end };
}

} // namespace core
