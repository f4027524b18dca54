// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/tensortypes.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/quant/foldedrecipe.h"
#include "core/tokenizer/expression.h"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace core {

namespace {

    std::string lowered(std::string_view word)
    {
        std::string lower(word);
        std::ranges::transform(
            lower, lower.begin(), [](unsigned char each) { return char(std::tolower(each)); });
        return lower;
    }

    struct TensorType {
        std::string word;
        Expression pattern;
        const Format* format;
        bool isUsed = false;
    };

    TensorType parsed(const std::string& word, const std::string& place)
    {
        const auto mark = word.find('=');
        if (mark == std::string::npos || mark == 0)
            throw Error(text(place, ": found ", word, ", expected PATTERN=TYPE"));
        const std::string type = word.substr(mark + 1);
        const Format* format = findFormat(formatSpelling(type));
        if (!format || format->study || !format->canEncode())
            throw Error(text(place, ": ", word, ": there is no type ", type, ", expected one of ",
                formatNames()));
        return { word, Expression(lowered(word.substr(0, mark))), format };
    }

    std::vector<TensorType> typesIn(const std::string& written, const std::string& place)
    {
        std::vector<TensorType> types;
        std::istringstream words(written);
        for (std::string word; words >> word;)
            types.push_back(parsed(word, place));
        return types;
    }

    bool isFound(const Expression& pattern, Expression::Memory& memory, const std::string& name)
    {
        std::vector<TextSpan> spans;
        pattern.split(memory, name, 0, name.size(), spans);
        return std::ranges::any_of(spans, &TextSpan::isMatch);
    }

} // namespace

std::string tensorTypes(const Checkpoint& checkpoint, std::span<const PlannedTensor> plan)
{
    std::string written;
    for (std::size_t i = 0; i < plan.size(); ++i) {
        const Tensor& tensor = checkpoint.tensors()[i];
        if (!tensor.isMatrix() || !plan[i].format->isQuantized() || plan[i].format->study)
            continue;
        std::string pattern = "^";
        for (const char each : tensor.name)
            pattern
                .append(std::isalnum(static_cast<unsigned char>(each)) || each == '_' ? "" : "\\")
                .append(1, each);
        written += text(pattern, "$=", lowered(plan[i].format->name), '\n');
    }
    return written;
}

Recipe withTensorTypes(const Recipe& recipe, const std::string& written, const std::string& place,
    const Checkpoint& checkpoint)
{
    std::vector<TensorType> types = typesIn(written, place);
    const std::vector<PlannedTensor> plan = planTensors(checkpoint, recipe);
    std::vector<const Format*> formats(plan.size());
    Expression::Memory memory;
    for (std::size_t i = 0; i < plan.size(); ++i) {
        const Tensor& tensor = checkpoint.tensors()[i];
        if (!tensor.isMatrix())
            continue;
        const auto type = std::ranges::find_if(types, [&](const TensorType& each) {
            return isFound(each.pattern, memory, lowered(tensor.name));
        });
        formats[i] = type == types.end() ? plan[i].wanted : type->format;
        if (type != types.end())
            type->isUsed = true;
    }
    const auto idle = std::ranges::find(types, false, &TensorType::isUsed);
    if (idle != types.end())
        throw Error(text(place, ": ", idle->word,
            ": no matrix of the model has such a name that is not decided before"));
    return foldedRecipe(checkpoint, formats, recipe);
}

} // namespace core
