// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/textsettings.h"
#include "core/files/shelf.h"
#include "core/search/sensitivity.h"

#include <functional>
#include <memory>
#include <optional>

namespace app {

/// The text that losses were predicted on, and how much of it there is to read.
struct LossText {
    TextSettings text;
    int wanted = 0; ///< sequences
};

/// Predicted losses, and of which text they are.
struct LossFigures {
    std::shared_ptr<const core::SensitivityTable> losses; ///< null: none
    std::optional<LossText> on{}; ///< none: from the weights, or it is not known
};

// Where losses come from. On the calling thread, for any; `shelf` may be null where it is a
// pointer: nothing is kept. All throw Error and Cancelled.

/// From the weights alone.
LossFigures roughLosses(
    const core::Checkpoint& checkpoint, const core::Shelf* shelf, const core::Progress& progress);
/// What the shelf knows best, else a guess of up to `quickly` weights, else none.
LossFigures lossesAtFirst(const core::Checkpoint& checkpoint, const core::Shelf* shelf,
    std::int64_t quickly, const core::Progress& progress);
/// What was predicted on `text` before; none if nothing was.
LossFigures keptLosses(
    const core::Checkpoint& checkpoint, const TextSettings& text, const core::Shelf& shelf);
/// Predicts on `text`, on from where that was stopped; `update` is told early figures.
LossFigures predictedLosses(const core::Checkpoint& checkpoint, const TextSettings& text,
    const core::Shelf* shelf, const std::function<void(const LossFigures&)>& update,
    const core::Progress& progress);

} // namespace app
