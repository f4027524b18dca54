// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/expectedtensors.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <cmath>
#include <map>
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

    bool isIgnored(const std::string& name)
    {
        return name.ends_with("rotary_emb.inv_freq"); // follows from rope_theta
    }

    std::map<Key, const StoredTensor*> byPlace(
        const std::vector<StoredTensor>& stored, const ModelConfig& config)
    {
        std::map<Key, const StoredTensor*> found;
        for (const StoredTensor& tensor : stored) {
            const auto place = findPlace(tensor.name);
            if (!place || place->layer >= config.layers) {
                if (isIgnored(tensor.name))
                    continue;
                throw Error(text(tensor.file, ": unexpected tensor ", tensor.name.substr(0, 200),
                    " ", shapeText(tensor.shape), ", expected only those of a Llama model of ",
                    config.layers, " layers"));
            }
            const auto [other, isNew] = found.try_emplace({ place->role, place->layer }, &tensor);
            if (!isNew)
                throw Error(text(tensor.file, ": tensors ", other->second->name, " and ",
                    tensor.name, " have the same place, expected one"));
        }
        return found;
    }

    Tensor placed(const StoredTensor& stored, Place place, const ModelConfig& config)
    {
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
        tensor.owner = stored.owner;
        return tensor;
    }

} // namespace

std::vector<Tensor> placeTensors(
    const std::vector<StoredTensor>& stored, const ModelConfig& config, const std::string& file)
{
    const auto found = byPlace(stored, config);
    std::vector<Tensor> tensors;
    for (const Place place : expectedPlaces(config)) {
        const auto tensor = found.find({ place.role, place.layer });
        if (place.role == Role::Output && (config.tiedHead || tensor == found.end()))
            continue;
        if (tensor == found.end())
            throw Error(text(file, ": tensor ",
                config.rotary == RotaryLayout::Pairs ? ggufName(place) : huggingFaceName(place),
                " is missing among ", stored.size(),
                " tensors, expected those of a Llama model of ", config.layers, " layers"));
        tensors.push_back(placed(*tensor->second, place, config));
    }
    return tensors;
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
