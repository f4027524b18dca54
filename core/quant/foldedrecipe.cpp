// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/foldedrecipe.h"

#include <algorithm>
#include <map>
#include <optional>

namespace core {

namespace {

    /// Tensors of one role that are to have one format.
    struct Wish {
        Role role;
        const Format* format;
        std::vector<int> layers; ///< ascending
    };
    using Stretch = std::pair<int, int>; ///< first and last layer

    /// 0, 3, 4, 5 → 0–0, 3–5. Layers between that have no such tensor may lie in one.
    std::vector<Stretch> stretchesOf(const std::vector<int>& layers, const std::vector<int>& all)
    {
        std::vector<Stretch> stretches;
        for (const int layer : layers) {
            const bool goesOn = !stretches.empty() && std::ranges::none_of(all, [&](int other) {
                return other > stretches.back().second && other < layer;
            });
            if (goesOn)
                stretches.back().second = layer;
            else
                stretches.push_back({ layer, layer });
        }
        return stretches;
    }

    /// The rule for these tensors of all that are like them; one that is there and says the same of
    /// the same layers takes the role in.
    void addRule(
        std::vector<Rule>& rules, Role role, const Format* format, std::optional<Stretch> layers)
    {
        Rule rule;
        rule.roles = { role };
        rule.format = format;
        if (layers) {
            rule.firstLayer = layers->first;
            rule.lastLayer = layers->second;
        }
        const auto same = std::ranges::find_if(rules, [&](const Rule& other) {
            return other.format == format && other.firstLayer == rule.firstLayer
                && other.lastLayer == rule.lastLayer && other.name.empty();
        });
        if (same == rules.end())
            rules.push_back(rule);
        else
            same->roles.push_back(role);
    }

    /// The wishes of a role with the most frequent one last.
    std::vector<Wish> byFrequency(std::vector<Wish> wishes)
    {
        std::ranges::stable_sort(wishes, {}, [](const Wish& wish) { return wish.layers.size(); });
        return wishes;
    }

    std::map<Role, std::vector<Wish>> wishesOf(const Checkpoint& checkpoint,
        const std::vector<const Format*>& formats, std::vector<Rule>& byName)
    {
        std::map<Role, std::vector<Wish>> wishes;
        for (std::size_t i = 0; i < formats.size(); ++i) {
            const Tensor& tensor = checkpoint.tensors()[i];
            if (!formats[i])
                continue;
            if (isOther(tensor.place.role)) {
                Rule rule;
                rule.name = tensor.name;
                rule.format = formats[i];
                byName.push_back(rule);
                continue;
            }
            std::vector<Wish>& ofRole = wishes[tensor.place.role];
            const auto same = std::ranges::find(ofRole, formats[i], &Wish::format);
            if (same == ofRole.end())
                ofRole.push_back({ tensor.place.role, formats[i], { tensor.place.layer } });
            else
                same->layers.push_back(tensor.place.layer);
        }
        return wishes;
    }

} // namespace

Recipe foldedRecipe(
    const Checkpoint& checkpoint, const std::vector<const Format*>& formats, const Recipe& recipe)
{
    Recipe folded = recipe;
    folded.rules.clear();
    std::vector<Rule> exceptions, usual;
    std::map<const Format*, std::size_t> counts;
    for (const auto& [role, wishes] : wishesOf(checkpoint, formats, folded.rules)) {
        std::vector<int> all;
        for (const Wish& wish : wishes)
            all.insert(all.end(), wish.layers.begin(), wish.layers.end());
        const std::vector<Wish> ordered = byFrequency(wishes);
        for (const Wish& wish : ordered) {
            std::vector<int> layers = wish.layers;
            std::ranges::sort(layers);
            if (&wish == &ordered.back())
                addRule(usual, role, wish.format, {});
            else
                for (const Stretch& stretch : stretchesOf(layers, all))
                    addRule(exceptions, role, wish.format, stretch);
            counts[wish.format] += layers.size();
        }
    }
    for (std::vector<Rule>* rules : { &exceptions, &usual })
        folded.rules.insert(folded.rules.end(), rules->begin(), rules->end());
    const auto most = std::ranges::max_element(counts, {},
        [](const auto& each) { return std::pair(each.second, each.first->bitsPerWeight()); });
    folded.format = most == counts.end() ? nullptr : most->first;
    std::erase_if(folded.rules, [&](const Rule& rule) { // the default says the same
        return rule.format == folded.format && !rule.firstLayer && rule.name.empty();
    });
    return folded;
}

} // namespace core
