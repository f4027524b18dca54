// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/runneeds.h"

#include <algorithm>

namespace core {

namespace {

    bool isRounded(const PlannedTensor& planned)
    {
        return isMatrix(planned.place.role) && !planned.keeps;
    }

} // namespace

bool needsText(std::span<const PlannedTensor> plan, Imatrix imatrix)
{
    return std::ranges::any_of(plan, [imatrix](const PlannedTensor& planned) {
        return isRounded(planned)
            && (planned.method == Method::Gptq || planned.scaling != Scaling::None
                || (planned.method == Method::Importance && imatrix == Imatrix::None));
    });
}

std::uint64_t plannedBytes(const Checkpoint& checkpoint, std::span<const PlannedTensor> plan)
{
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < plan.size(); ++i)
        bytes += plannedBytes(plan[i], checkpoint.tensors()[i]);
    return bytes;
}

std::uint64_t roundedBytes(const Checkpoint& checkpoint, std::span<const PlannedTensor> plan)
{
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < plan.size(); ++i)
        if (isRounded(plan[i]))
            bytes += plannedBytes(plan[i], checkpoint.tensors()[i]);
    return bytes;
}

double bitsPerWeight(const Checkpoint& checkpoint, std::span<const PlannedTensor> plan)
{
    return 8 * double(plannedBytes(checkpoint, plan)) / double(checkpoint.weights());
}

double bitsPerWeight(const Checkpoint& checkpoint)
{
    return 8 * double(checkpoint.bytes()) / double(checkpoint.weights());
}

} // namespace core
