// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"
#include "widgets/checklist.h"
#include "widgets/facts.h"
#include "widgets/pages/model/rolebars.h"

#include <optional>
#include <vector>

namespace widgets {

// What page 1 says of a model. All are pure.

/// "A Llama model with 4 layers and 4.20 M parameters. …": which formats fit its rows.
QString modelAnswer(const core::Checkpoint& checkpoint);

std::vector<Fact> modelFacts(
    const core::Checkpoint& checkpoint, const QStringList& files, std::uint64_t fileBytes);

/// Matrices by role, norms together, in the order of the model.
std::vector<RoleBars::Bar> roleShares(const core::Checkpoint& checkpoint);

/// What was looked at; what is not known yet is left out. The notes of the checkpoint come last.
std::vector<Check> modelChecks(const core::Checkpoint& checkpoint,
    std::optional<std::int64_t> nonFinite, std::optional<bool> tokenizerWorks);

} // namespace widgets
