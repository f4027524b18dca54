// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/foldedrecipe.h"

#include "core/base/text.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace core {

namespace {

    /// Tensors that differ in their layer only.
    struct Kin {
        Rule which; ///< its role or its name, in every layer
        std::vector<std::pair<int, const Format*>> formats; ///< by layer, −1 outside; in order
    };

    /// The name with * in place of its layer's number.
    std::string patternOf(const Tensor& tensor)
    {
        const std::size_t number = std::string_view("blk.").size();
        return layerOfName(tensor.name) < 0
            ? tensor.name
            : text("blk.*", tensor.name.substr(tensor.name.find('.', number)));
    }

    /// All matrices by kinship, in the order in which they first come, and what they get.
    std::vector<Kin> kinOf(const Checkpoint& checkpoint, const std::vector<const Format*>& formats)
    {
        std::vector<Kin> found;
        std::map<std::string, std::size_t> byPattern;
        for (std::size_t i = 0; i < formats.size(); ++i) {
            if (!formats[i])
                continue;
            const Tensor& tensor = checkpoint.tensors()[i];
            const std::string pattern = patternOf(tensor);
            const auto [entry, isNew] = byPattern.try_emplace(pattern, found.size());
            if (isNew) {
                Kin kin;
                if (isOther(tensor.place.role))
                    kin.which.name = pattern;
                else
                    kin.which.roles = { tensor.place.role };
                found.push_back(std::move(kin));
            }
            found[entry->second].formats.emplace_back(tensor.place.layer, formats[i]);
        }
        for (Kin& kin : found)
            std::ranges::stable_sort(kin.formats, {}, &std::pair<int, const Format*>::first);
        return found;
    }

    const Format* mostFrequent(
        const std::vector<std::pair<int, const Format*>>& formats, const Format* preferred)
    {
        std::map<const Format*, std::size_t> counts;
        for (const auto& [layer, format] : formats)
            ++counts[format];
        return std::ranges::max_element(counts, {}, [&](const auto& each) {
            return std::tuple(each.second, each.first == preferred, each.first->bitsPerWeight());
        })->first;
    }

    /// The layers in which `kin` gets `format`.
    LayerRanges layersOf(const Kin& kin, const Format* format)
    {
        LayerRanges ranges;
        bool goesOn = false;
        for (const auto& [layer, each] : kin.formats) {
            if (each == format && goesOn)
                ranges.back().last = layer;
            else if (each == format)
                ranges.push_back({ layer, layer });
            goesOn = each == format;
        }
        return ranges;
    }

    /// Adds what `kin` says, or lets a rule that says the same of the same layers speak of it too.
    void addRule(std::vector<Rule>& rules, const Kin& kin, const Format* format, LayerRanges layers)
    {
        Rule rule = kin.which;
        rule.format = format;
        rule.layers = std::move(layers);
        const auto same = std::ranges::find_if(rules, [&](const Rule& other) {
            return rule.name.empty() && other.name.empty() && other.format == format
                && other.layers == rule.layers;
        });
        if (same == rules.end())
            rules.push_back(std::move(rule));
        else
            same->roles.insert(same->roles.end(), rule.roles.begin(), rule.roles.end());
    }

} // namespace

Recipe foldedRecipe(
    const Checkpoint& checkpoint, const std::vector<const Format*>& formats, const Recipe& recipe)
{
    Recipe folded = recipe;
    folded.rules.clear();
    const std::vector<Kin> all = kinOf(checkpoint, formats);
    std::vector<std::pair<int, const Format*>> every;
    for (const Kin& kin : all)
        every.insert(every.end(), kin.formats.begin(), kin.formats.end());
    if (every.empty())
        return folded;
    folded.format = mostFrequent(every, recipe.format);
    std::vector<Rule> exceptions, usual;
    for (const Kin& kin : all) {
        const Format* own = mostFrequent(kin.formats, folded.format);
        std::vector<const Format*> others;
        for (const auto& [layer, format] : kin.formats)
            if (format != own && std::ranges::find(others, format) == others.end())
                others.push_back(format);
        for (const Format* format : others)
            addRule(exceptions, kin, format, layersOf(kin, format));
        if (own != folded.format)
            addRule(usual, kin, own, {});
    }
    for (std::vector<Rule>* rules : { &exceptions, &usual })
        folded.rules.insert(folded.rules.end(), rules->begin(), rules->end());
    return folded;
}

} // namespace core
