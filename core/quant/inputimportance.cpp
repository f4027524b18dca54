// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/inputimportance.h"

#include "core/model/walk.h"
#include "core/stats/inputsquares.h"

#include <algorithm>

namespace core {

namespace {

    /// Mean squares of each expert's inputs, one after the other; 0, which is unknown, of one that
    /// no token came to.
    std::vector<float> meansOf(const std::vector<InputSquares::Counted>& seen, std::size_t experts)
    {
        const auto some = std::ranges::find_if(
            seen, [](const InputSquares::Counted& counted) { return counted.tokens > 0; });
        const std::size_t columns = std::size_t(some->squares.size());
        std::vector<float> means(experts * columns);
        for (std::size_t i = 0; i < seen.size(); ++i)
            for (std::size_t j = 0; seen[i].tokens > 0 && j < columns; ++j)
                means[i * columns + j]
                    = float(seen[i].squares[Eigen::Index(j)] / double(seen[i].tokens));
        return means;
    }

} // namespace

Importance inputImportance(const Checkpoint& checkpoint,
    const std::vector<std::vector<int>>& sequences, const Progress& progress, const TokenRoom& room)
{
    HiddenStates hidden = embed(checkpoint, sequences, 0, room);
    InputSquares observer;
    walk(hidden, checkpoint, &observer, progress);
    const double share = 1.0 / double(std::max<Eigen::Index>(1, hidden.states.rows()));
    Importance importance;
    for (const auto& [key, sums] : observer.sums())
        for (const Role role : rolesOf(key.first)) {
            if (!checkpoint.find(Place{ role, key.second }))
                continue;
            std::vector<float>& values = importance[ggufName({ role, key.second })];
            for (const double sum : sums)
                values.push_back(float(sum * share));
        }
    for (const auto& [key, seen] : observer.experts()) {
        const std::vector<Role> roles = readersOf(checkpoint, key.first, key.second);
        const Tensor* stack = checkpoint.find(Place{ roles.front(), key.second });
        const auto means = meansOf(seen, std::size_t(stack->matrices())); // experts, or heads
        for (const Role role : rolesOf(key.first))
            if (const Tensor* tensor = checkpoint.find(Place{ role, key.second }))
                importance[tensor->name] = means;
    }
    return importance;
}

} // namespace core
