// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/sensitivitytable.h"

namespace core {

/// The method whose figures `table` has: GPTQ's if they are there, else importance's, else whatever
/// the first figure is of. Nothing for an empty table.
std::optional<Method> methodOf(const SensitivityTable& table);

/// `plan` as if each tensor that is rounded were rounded by the method that the table knows its
/// format by. GPTQ loses about half of what importance-weighted rounding does, in nearly the same
/// order of tensors and formats: so importance's figures may stand for it where that is said.
std::vector<PlannedTensor> asPredicted(const Checkpoint& checkpoint,
    std::span<const PlannedTensor> plan, const SensitivityTable& table);

/// The methods, those first whose figures stand best for another's.
std::span<const Method> methodsByPreference();

/// The figure of a tensor in `format`, of any method: that of `method` if it is there. Null: none.
const SensitivityFigure* figureOf(
    const TensorSensitivity& tensor, const Format* format, Method method);

} // namespace core
