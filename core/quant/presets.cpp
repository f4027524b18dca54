// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/plan.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/formats/study.h"
#include "core/quant/foldedrecipe.h"
#include "core/quant/llamamix.h"

#include <algorithm>

namespace core {

namespace {

    Recipe mixRecipe(const NamedMix& mix, const Checkpoint& checkpoint)
    {
        Recipe recipe;
        recipe.format = mix.base;
        return foldedRecipe(checkpoint, mixFormats(mix, checkpoint), recipe);
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
