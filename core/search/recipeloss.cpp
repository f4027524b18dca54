// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/recipeloss.h"

#include <algorithm>
#include <array>
#include <map>

namespace core {

namespace {

    constexpr std::array preference{ Method::Gptq, Method::Importance, Method::RoundToNearest,
        Method::Hqq };

} // namespace

std::optional<Method> methodOf(const SensitivityTable& table)
{
    for (const Method method : preference)
        for (const TensorSensitivity& tensor : table.tensors)
            if (std::ranges::find(tensor.figures, method, &SensitivityFigure::method)
                != tensor.figures.end())
                return method;
    return std::nullopt;
}

std::span<const Method> methodsByPreference() { return preference; }

const SensitivityFigure* figureOf(
    const TensorSensitivity& tensor, const Format* format, Method method)
{
    if (const SensitivityFigure* own = tensor.find(format, method))
        return own;
    for (const Method other : preference)
        if (const SensitivityFigure* figure = tensor.find(format, other))
            return figure;
    return nullptr;
}

std::vector<PlannedTensor> asPredicted(const Checkpoint& checkpoint,
    std::span<const PlannedTensor> plan, const SensitivityTable& table)
{
    std::map<std::string_view, const TensorSensitivity*> byName;
    for (const TensorSensitivity& tensor : table.tensors)
        byName.emplace(tensor.name, &tensor);
    std::vector<PlannedTensor> predicted(plan.begin(), plan.end());
    for (std::size_t i = 0; i < predicted.size(); ++i) {
        const auto found = byName.find(checkpoint.tensors()[i].name);
        if (found == byName.end())
            continue;
        if (const SensitivityFigure* figure
            = figureOf(*found->second, predicted[i].format, predicted[i].method))
            predicted[i].method = figure->method;
    }
    return predicted;
}

} // namespace core
