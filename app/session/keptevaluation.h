// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/shelf.h"
#include "core/measure/evaluation.h"

#include <optional>
#include <string>

namespace app {

/// Keeps a measurement with its divergences, position by position, which a session's document does
/// not hold. `about` is for people. Throws core::Error.
void keepEvaluation(const core::Shelf& shelf, const std::string& key,
    const core::Evaluation& evaluation, const std::string& about);

/// Nothing if it is not there. Throws core::Error if it cannot be read.
std::optional<core::Evaluation> findEvaluation(const core::Shelf& shelf, const std::string& key);

} // namespace app
