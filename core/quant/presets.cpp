// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/plan.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/formats/study.h"
#include "core/quant/llamamix.h"

#include <algorithm>
#include <map>
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

    /// Rules for the runs of layers in which `kin` gets something else than the recipe's format.
    void addRules(Recipe& recipe, const Kin& kin)
    {
        const std::size_t count = kin.formats.size();
        for (std::size_t first = 0, next = 0; first < count; first = next) {
            const Format* format = kin.formats[first].second;
            for (next = first + 1; next < count && kin.formats[next].second == format;)
                ++next;
            if (format == recipe.format)
                continue;
            Rule rule = kin.which;
            if (first > 0 || next < count) {
                rule.firstLayer = kin.formats[first].first;
                rule.lastLayer = kin.formats[next - 1].first;
            }
            rule.format = format;
            recipe.rules.push_back(std::move(rule));
        }
    }

    Recipe mixRecipe(const NamedMix& mix, const Checkpoint& checkpoint)
    {
        Recipe recipe;
        recipe.format = mix.base;
        for (const Kin& kin : kinOf(checkpoint, mixFormats(mix, checkpoint)))
            addRules(recipe, kin);
        return recipe;
    }

    /// All layer matrices in `format`; embeddings and head in Q8_0, or in `format` if that has more
    /// bits.
    Recipe pureRecipe(const Format* format)
    {
        Recipe recipe;
        recipe.format = format;
        if (format->bitsPerWeight() < formats::q8_0.bitsPerWeight()) {
            Rule outside;
            outside.roles = { Role::TokenEmbd, Role::TokenEmbdPerLayer, Role::Output };
            outside.format = &formats::q8_0;
            recipe.rules.push_back(std::move(outside));
        }
        return recipe;
    }

} // namespace

std::vector<std::string> presetNames()
{
    std::vector<std::string> names;
    for (const Format* format : allFormats())
        names.emplace_back(format->name);
    for (const NamedMix& mix : allMixes())
        names.emplace_back(mix.name);
    names.emplace_back(formats::source.name);
    return names;
}

Recipe presetRecipe(const std::string& word, const Checkpoint& checkpoint, Method method)
{
    const std::string spelt = formatSpelling(word);
    const std::string type
        = spelt == formatSpelling(formats::source.name) ? std::string(formats::source.name) : spelt;
    const auto names = presetNames();
    if (std::ranges::find(names, type) == names.end() && !findStudyFormat(type)) {
        std::string list;
        for (const std::string& name : names)
            list.append(list.empty() ? "" : ", ").append(name);
        throw Error(text("unknown type \"", word, "\", expected one of ", list,
            " or a study format like INT4_ASYM_G64"));
    }
    const auto mix = std::ranges::find(allMixes(), std::string_view(type), &NamedMix::name);
    Recipe recipe;
    if (mix != allMixes().end())
        recipe = mixRecipe(*mix, checkpoint);
    else if (type != formats::source.name)
        recipe = pureRecipe(findFormat(type));
    recipe.name = type;
    recipe.method = method;
    return recipe;
}

} // namespace core
