// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/recipe.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/atomicfile.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <ranges>

namespace core {

namespace {

    struct MethodWord {
        Method method;
        std::string_view word;
    };
    constexpr std::array methodWords{
        MethodWord{ Method::RoundToNearest, "rtn" },
        MethodWord{ Method::Importance, "importance" },
        MethodWord{ Method::Gptq, "gptq" },
        MethodWord{ Method::Hqq, "hqq" },
    };

    constexpr std::array encoders{ Encoder::Closest, Encoder::Ggml };

    struct ScalingWord {
        Scaling scaling;
        std::string_view word;
        Method alone; ///< the method that the word alone stands for
    };
    constexpr std::array scalingWords{
        ScalingWord{ Scaling::Awq, "awq", Method::Importance },
    };

    /// "a, b, c"
    template<typename Range>
    std::string listed(const Range& words)
    {
        std::string list;
        for (const auto& word : words)
            list.append(list.empty() ? "" : ", ").append(word);
        return list;
    }

    void refuseUnknownKeys(
        const Json& object, const std::string& place, std::initializer_list<std::string_view> known)
    {
        if (!object.is_object())
            throw Error(text(place, ": found ", shownJson(object), ", expected an object"));
        for (const auto& [key, value] : object.items())
            if (std::ranges::find(known, key) == known.end())
                throw Error(text(
                    place, ": unknown key ", shownJson(key), ", expected one of ", listed(known)));
    }

    /// object[key] if it is there and not null.
    const Json* valueOf(const Json& object, const char* key)
    {
        const auto found = object.find(key);
        return found == object.end() || found->is_null() ? nullptr : &*found;
    }

    const Format* formatIn(const Json& object, const std::string& place)
    {
        if (!valueOf(object, "format"))
            return nullptr;
        const auto name = jsonValue<std::string>(object, "format", place);
        if (formatSpelling(name) == formatSpelling(formats::source.name))
            return &formats::source;
        if (const Format* format = findFormat(name))
            return format;
        throw Error(text(place, ": format is ", shownJson(Json(name)), ", expected one of ",
            formatNames(), ", or source for the one in the file"));
    }

    std::optional<Treatment> treatmentIn(const Json& object, const std::string& place)
    {
        if (!valueOf(object, "method"))
            return std::nullopt;
        const auto word = jsonValue<std::string>(object, "method", place);
        if (const auto treatment = findTreatment(word))
            return treatment;
        throw Error(text(place, ": method is ", shownJson(Json(word)), ", expected one of ",
            listed(treatmentNames())));
    }

    std::optional<Encoder> encoderIn(const Json& object, const std::string& place)
    {
        if (!valueOf(object, "encoder"))
            return std::nullopt;
        const auto word = jsonValue<std::string>(object, "encoder", place);
        if (const auto encoder = findEncoder(word))
            return encoder;
        throw Error(text(place, ": encoder is ", shownJson(Json(word)), ", expected one of ",
            listed(encoders | std::views::transform(encoderName))));
    }

    std::vector<Role> rolesIn(const Json& object, const std::string& place)
    {
        const Json* words = valueOf(object, "roles");
        if (!words)
            return {};
        if (!words->is_array() || words->empty())
            throw Error(text(
                place, ": roles is ", shownJson(*words), ", expected a list of at least one role"));
        std::vector<Role> roles;
        for (const Json& word : *words) {
            const auto role
                = word.is_string() ? findRole(word.get_ref<const std::string&>()) : std::nullopt;
            if (!role)
                throw Error(text(place, ": roles has ", shownJson(word),
                    ", expected roles as GGUF names them, like \"attn_v\" or \"token_embd\""));
            roles.push_back(*role);
        }
        return roles;
    }

    Rule ruleFromJson(const Json& json, const std::string& place)
    {
        refuseUnknownKeys(json, place, { "roles", "layers", "name", "format", "method" });
        Rule rule;
        rule.roles = rolesIn(json, place);
        if (const Json* layers = valueOf(json, "layers"))
            rule.layers = layersFromJson(*layers, place);
        rule.name = jsonValue<std::string>(json, "name", place, std::string());
        rule.format = formatIn(json, place);
        if (const auto treatment = treatmentIn(json, place)) {
            rule.method = treatment->method;
            rule.scaling = treatment->scaling;
        }
        if (!rule.format && !rule.method)
            throw Error(text(place, ": found neither format nor method, expected at least one"));
        return rule;
    }

    Json ruleToJson(const Rule& rule)
    {
        Json json = Json::object();
        for (const Role role : rule.roles)
            json["roles"].push_back(roleName(role));
        if (!rule.layers.empty())
            json["layers"] = layersToJson(rule.layers);
        if (!rule.name.empty())
            json["name"] = rule.name;
        if (rule.format)
            json["format"] = rule.format->name;
        if (rule.method)
            json["method"] = treatmentName({ *rule.method, rule.scaling });
        return json;
    }

} // namespace

const Format formats::source{
    .name = "source",
    .ggmlType = noGgmlType,
    .blockSize = 1,
    .blockBytes = 0,
    .importance = Format::Importance::Ignored,
    .grid = nullptr,
    .errorBound = 0,
    .decodeBlocks = nullptr,
    .encodeRows = nullptr,
};

std::string_view methodName(Method method)
{
    return std::ranges::find(methodWords, method, &MethodWord::method)->word;
}

std::optional<Method> findMethod(std::string_view name)
{
    const auto found = std::ranges::find(methodWords, name, &MethodWord::word);
    return found == methodWords.end() ? std::nullopt : std::optional(found->method);
}

std::string_view encoderName(Encoder encoder)
{
    return encoder == Encoder::Ggml ? "ggml" : "closest";
}

std::optional<Encoder> findEncoder(std::string_view name)
{
    const auto found = std::ranges::find(encoders, name, encoderName);
    return found == encoders.end() ? std::nullopt : std::optional(*found);
}

std::string treatmentName(Treatment treatment)
{
    const std::string method(methodName(treatment.method));
    if (treatment.scaling == Scaling::None)
        return method;
    const auto& known = *std::ranges::find(scalingWords, treatment.scaling, &ScalingWord::scaling);
    return treatment.method == known.alone ? std::string(known.word)
                                           : text(known.word, "+", method);
}

std::vector<std::string> treatmentNames()
{
    std::vector<std::string> names;
    for (const MethodWord& method : methodWords)
        names.push_back(treatmentName({ method.method, Scaling::None }));
    for (const ScalingWord& scaling : scalingWords)
        for (const MethodWord& method : methodWords)
            names.push_back(treatmentName({ method.method, scaling.scaling }));
    return names;
}

std::optional<Treatment> findTreatment(std::string_view name)
{
    for (const MethodWord& method : methodWords) {
        if (name == treatmentName({ method.method, Scaling::None }))
            return Treatment{ method.method, Scaling::None };
        for (const ScalingWord& scaling : scalingWords)
            if (name == treatmentName({ method.method, scaling.scaling }))
                return Treatment{ method.method, scaling.scaling };
    }
    return std::nullopt;
}

Recipe recipeFromJson(const Json& json, const std::string& place)
{
    refuseUnknownKeys(json, place, { "name", "format", "method", "encoder", "rules", "gptq" });
    Recipe recipe;
    recipe.name = jsonValue<std::string>(json, "name", place, std::string());
    recipe.format = formatIn(json, place);
    if (recipe.format == &formats::source)
        recipe.format = nullptr;
    const Treatment treatment = treatmentIn(json, place).value_or(Treatment{ recipe.method });
    recipe.method = treatment.method;
    recipe.scaling = treatment.scaling;
    recipe.encoder = encoderIn(json, place).value_or(recipe.encoder);
    if (const Json* gptq = valueOf(json, "gptq"))
        recipe.gptq = gptqOptionsFromJson(*gptq, text(place, ": gptq"));
    const Json* rules = valueOf(json, "rules");
    if (rules && !rules->is_array())
        throw Error(text(place, ": rules is ", shownJson(*rules), ", expected a list of rules"));
    for (std::size_t i = 0; rules && i < rules->size(); ++i)
        recipe.rules.push_back(ruleFromJson((*rules)[i], text(place, ": rule ", i + 1)));
    return recipe;
}

namespace {

    bool usesGptq(const Recipe& recipe)
    {
        const auto isGptq = [](const Rule& rule) { return rule.method == Method::Gptq; };
        return recipe.method == Method::Gptq || std::ranges::any_of(recipe.rules, isGptq);
    }

} // namespace

Json recipeToJson(const Recipe& recipe)
{
    Json json = Json::object();
    json["name"] = recipe.name;
    json["format"] = recipe.format ? recipe.format->name : formats::source.name;
    json["method"] = treatmentName({ recipe.method, recipe.scaling });
    json["encoder"] = encoderName(recipe.encoder);
    json["rules"] = Json::array();
    for (const Rule& rule : recipe.rules)
        json["rules"].push_back(ruleToJson(rule));
    if (usesGptq(recipe) || recipe.gptq != GptqOptions())
        json["gptq"] = gptqOptionsToJson(recipe.gptq);
    return json;
}

bool isAssignment(const Rule& rule)
{
    return rule.roles.empty() && rule.layers.empty() && rule.format && !rule.method
        && !rule.name.empty() && rule.name.find_first_of("*?") == std::string::npos;
}

std::string recipeText(const Recipe& recipe)
{
    if (!recipe.format && recipe.rules.empty())
        return {};
    const auto changed = std::ranges::count_if(recipe.rules, isAssignment);
    const std::string changes = changed > 0 ? text(", ", changed, " changed") : "";
    const std::string name = recipe.name.empty() ? "own recipe" : recipe.name;
    return text(name, changes, ", ", treatmentName(recipe.treatment()));
}

Recipe readRecipe(const std::filesystem::path& file)
{
    return recipeFromJson(readJson(file), file.string());
}

void writeRecipe(const Recipe& recipe, const std::filesystem::path& file)
{
    writeFileAtomically(file, jsonText(recipeToJson(recipe), 2) + "\n");
}

} // namespace core
