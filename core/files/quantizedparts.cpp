// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/quantizedparts.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <nlohmann/json.hpp>

namespace core::quantized {

namespace {

    std::optional<std::int64_t> numberIn(
        const Json& object, std::initializer_list<const char*> keys, const std::string& place)
    {
        for (const char* key : keys)
            if (const auto found = object.find(key); found != object.end() && !found->is_null())
                return jsonValue<std::int64_t>(object, key, place);
        return std::nullopt;
    }

    const Json* quantizationIn(const Json& config)
    {
        for (const char* key : { "quantization_config", "compression_config" })
            if (const auto found = config.is_object() ? config.find(key) : config.end();
                config.is_object() && found != config.end() && found->is_object())
                return &*found;
        return nullptr;
    }

    /// [rows, columns] of FP8's rectangles.
    void readBlock(const Json& object, const char* key, const std::string& place, Facts& facts)
    {
        const auto found = object.find(key);
        if (found == object.end() || found->is_null())
            return;
        constexpr std::int64_t largest = 1 << 20;
        const auto isSize = [](const Json& size) {
            return size.is_number_unsigned() && size.get<std::uint64_t>() >= 1
                && size.get<std::uint64_t>() <= std::uint64_t(largest);
        };
        if (!found->is_array() || found->size() != 2 || !isSize((*found)[0])
            || !isSize((*found)[1]))
            throw Error(text(place, ": ", key, " is ", shownJson(*found),
                ", expected two numbers of at least 1"));
        facts.blockRows = (*found)[0].get<std::int64_t>();
        facts.blockColumns = (*found)[1].get<std::int64_t>();
    }

    void readGroups(const Json& quantization, const std::string& place, Facts& facts)
    {
        const auto groups = quantization.find("config_groups");
        if (groups == quantization.end() || !groups->is_object())
            return;
        for (const auto& [name, group] : groups->items()) {
            const auto weights = group.is_object() ? group.find("weights") : group.end();
            if (!group.is_object() || weights == group.end() || !weights->is_object())
                continue;
            if (const auto bits = numberIn(*weights, { "num_bits" }, place))
                facts.bitsOfGroups.push_back(*bits);
            if (!facts.groupSize)
                facts.groupSize = numberIn(*weights, { "group_size" }, place);
            if (weights->contains("symmetric"))
                facts.isSymmetric = jsonValue<bool>(*weights, "symmetric", place);
            readBlock(*weights, "block_structure", place, facts);
        }
    }

} // namespace

Facts factsOf(const Json& config, const std::string& configFile)
{
    Facts facts;
    const Json* quantization = quantizationIn(config);
    if (!quantization)
        return facts;
    const std::string place = configFile + ": quantization_config";
    facts.method = formatSpelling(
        jsonValue<std::string>(*quantization, "quant_method", place, std::string()));
    for (const char* key : { "checkpoint_format", "version" })
        if (const auto found = quantization->find(key);
            found != quantization->end() && found->is_string() && facts.version.empty())
            facts.version = formatSpelling(found->get<std::string>());
    facts.bits = numberIn(*quantization, { "bits", "w_bit" }, place);
    facts.groupSize = numberIn(*quantization, { "group_size", "q_group_size" }, place);
    if (quantization->contains("sym"))
        facts.isSymmetric = jsonValue<bool>(*quantization, "sym", place);
    else if (quantization->contains("zero_point"))
        facts.isSymmetric = !jsonValue<bool>(*quantization, "zero_point", place);
    facts.isByActivation = jsonValue<bool>(*quantization, "desc_act", place, false);
    readBlock(*quantization, "weight_block_size", place, facts);
    readGroups(*quantization, place, facts);
    return facts;
}

Parts::Parts(const std::vector<StoredTensor>& tensors)
{
    for (const StoredTensor& tensor : tensors)
        m_byName.emplace(tensor.name, &tensor);
}

const StoredTensor* Parts::find(const std::string& name) const
{
    const auto found = m_byName.find(name);
    return found == m_byName.end() ? nullptr : found->second;
}

StoredTensor Parts::take(const std::string& name, const StoredTensor& beside)
{
    auto found = takeIfThere(name);
    if (!found)
        throw Error(text(beside.file, ": tensor ", beside.name.substr(0, 200),
            " is part of a quantized weight, expected tensor ", name.substr(0, 200), " beside it"));
    return std::move(*found);
}

std::optional<StoredTensor> Parts::takeIfThere(const std::string& name)
{
    const StoredTensor* tensor = find(name);
    if (!tensor)
        return std::nullopt;
    m_taken.insert(tensor->name);
    return *tensor;
}

std::pair<std::int64_t, std::int64_t> matrixShape(const StoredTensor& tensor)
{
    if (tensor.shape.size() != 2 || tensor.shape[0] < 1 || tensor.shape[1] < 1)
        throw Error(text(tensor.file, ": tensor ", tensor.name.substr(0, 200), " has shape ",
            shapeText(tensor.shape), ", expected rows and columns"));
    return { tensor.shape[0], tensor.shape[1] };
}

} // namespace core::quantized
