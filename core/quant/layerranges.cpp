// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/layerranges.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <limits>

namespace core {

namespace {

    constexpr std::string_view dash = "–";

    bool isOrdered(const LayerRange& range)
    {
        return range.first.value_or(0) <= range.last.value_or(std::numeric_limits<int>::max());
    }

    std::string_view trimmed(std::string_view words)
    {
        const auto first = words.find_first_not_of(' ');
        return first == std::string_view::npos
            ? std::string_view()
            : words.substr(first, words.find_last_not_of(' ') - first + 1);
    }

    /// A layer's number, or nothing for no words (`isOpen`). False for anything else.
    bool readEnd(std::string_view words, std::optional<int>& end)
    {
        words = trimmed(words);
        int layer = 0;
        const auto [rest, error]
            = std::from_chars(words.data(), words.data() + words.size(), layer);
        const bool isLayer = error == std::errc() && rest == words.data() + words.size();
        if (isLayer && layer >= 0)
            end = layer;
        return words.empty() || (isLayer && layer >= 0);
    }

    std::optional<LayerRange> findRange(std::string_view words)
    {
        const bool isLong = words.find(dash) != std::string_view::npos;
        const std::string_view between = isLong ? dash : std::string_view("-");
        const auto at = words.find(between);
        LayerRange range;
        if (at == std::string_view::npos) {
            if (trimmed(words).empty() || !readEnd(words, range.first))
                return std::nullopt;
            range.last = range.first;
            return range;
        }
        const bool isRead = readEnd(words.substr(0, at), range.first)
            && readEnd(words.substr(at + between.size()), range.last);
        return isRead && (range.first || range.last) && isOrdered(range) ? std::optional(range)
                                                                         : std::nullopt;
    }

    std::string rangeText(const LayerRange& range)
    {
        const std::string first = range.first ? std::to_string(*range.first) : "";
        if (range.first && range.first == range.last)
            return first;
        return first + std::string(dash) + (range.last ? std::to_string(*range.last) : "");
    }

    std::optional<int> endFromJson(const Json& number, const std::string& place)
    {
        if (number.is_null())
            return std::nullopt;
        const bool isLayer = number.is_number_integer() && number.get<std::int64_t>() >= 0
            && number.get<std::uint64_t>() <= std::uint64_t(std::numeric_limits<int>::max());
        if (!isLayer)
            throw Error(text(place, ": layers has ", shownJson(number),
                ", expected a layer's number, counted from 0"));
        return number.get<int>();
    }

    LayerRange rangeFromJson(const Json& json, const std::string& place)
    {
        if (!json.is_array() || json.size() != 2)
            throw Error(text(place, ": layers is ", shownJson(json), ", expected [first, last]"));
        const LayerRange range{ endFromJson(json[0], place), endFromJson(json[1], place) };
        if (!isOrdered(range))
            throw Error(text(place, ": layers is ", shownJson(json),
                ", expected a first layer that is not after the last"));
        return range;
    }

    Json rangeToJson(const LayerRange& range)
    {
        return { range.first ? Json(*range.first) : Json(),
            range.last ? Json(*range.last) : Json() };
    }

} // namespace

bool includes(const LayerRanges& ranges, int layer)
{
    return ranges.empty() || std::ranges::any_of(ranges, [layer](const LayerRange& range) {
        return layer >= range.first.value_or(0) && layer <= range.last.value_or(layer);
    });
}

std::string layersText(const LayerRanges& ranges)
{
    std::string words;
    for (const LayerRange& range : ranges)
        words.append(words.empty() ? "" : ", ").append(rangeText(range));
    return words;
}

std::optional<LayerRanges> findLayers(std::string_view words)
{
    LayerRanges ranges;
    while (!trimmed(words).empty()) {
        const auto comma = words.find(',');
        const auto range = findRange(words.substr(0, comma));
        if (!range)
            return std::nullopt;
        ranges.push_back(*range);
        if (comma == std::string_view::npos)
            break;
        words.remove_prefix(comma + 1);
        if (trimmed(words).empty())
            return std::nullopt;
    }
    return ranges;
}

Json layersToJson(const LayerRanges& ranges)
{
    if (ranges.size() == 1)
        return rangeToJson(ranges.front());
    Json json = Json::array();
    for (const LayerRange& range : ranges)
        json.push_back(rangeToJson(range));
    return json;
}

LayerRanges layersFromJson(const Json& json, const std::string& place)
{
    const bool areSeveral = json.is_array() && !json.empty()
        && std::ranges::all_of(json, [](const Json& each) { return each.is_array(); });
    LayerRanges ranges;
    if (!areSeveral)
        ranges.push_back(rangeFromJson(json, place));
    else
        for (const Json& each : json)
            ranges.push_back(rangeFromJson(each, place));
    const bool areAll = std::ranges::any_of(
        ranges, [](const LayerRange& range) { return !range.first && !range.last; });
    return areAll ? LayerRanges() : ranges;
}

} // namespace core
