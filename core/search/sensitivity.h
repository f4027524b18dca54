// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/search/candidates.h"
#include "core/search/sensitivitytable.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace core {

/// Of which roundings losses are predicted, and how.
struct SensitivitySettings {
    std::vector<const Format*> formats;
    /// Formats whose losses follow from those (Transfer), for a tenth of the time.
    std::vector<const Format*> alsoFormats{};
    Method method = Method::Importance; ///< not Gptq: its roundings come from a run
    Encoder encoder = Encoder::Closest;
    Importance importance; ///< empty: measured on the first sequences
    /// Finished runs (by GPTQ): what tensors became there, in place of `formats`.
    std::vector<RoundedModel> rounded{};
    int most = 0; ///< sequences to read; 0: all
    std::uint64_t seed = 1; ///< of the noise at the logits
};

/// Called on the measuring thread with figures of the sequences read so far.
using SensitivityUpdate = std::function<void(const SensitivityTable&)>;

/// What every format costs every matrix: a walk forward and one back for each batch of the first
/// `settings.most` of `sequences` (tokenSequences), whose second halves are predicted as evaluate()
/// scores them; few at first, so that figures come early. `begun` (null: none) is a table of the
/// same model, text and settings that was stopped or shorter: it goes on behind its sequences.
/// `update` (may be empty) after each batch. On all processors, the same figures for any number of
/// them. Throws Error for a model that is not computed, sequences under 3 tokens, a weight that is
/// not finite; Cancelled: what was read until then the updates have told.
SensitivityTable measureSensitivity(const Checkpoint& checkpoint,
    const std::vector<std::vector<int>>& sequences, const SensitivitySettings& settings,
    const SensitivityTable* begun, const SensitivityUpdate& update, const Progress& progress);

/// Importance of the inputs where none is given: of the first sequences, the same however many are
/// read. Throws Error, Cancelled.
Importance sensitivityImportance(const Checkpoint& checkpoint,
    const std::vector<std::vector<int>>& sequences, const Progress& progress);

/// The formats whose losses are predicted unless others are asked for: those of llama.cpp's mixes.
std::vector<const Format*> usualSensitivityFormats();
/// The others that weights can be rounded to and a file can hold.
std::vector<const Format*> otherSensitivityFormats();
/// With both, by `method`: what window and command line ask for unless formats are named.
SensitivitySettings usualSensitivity(Method method);
/// Sequences of `length` tokens that are read unless more are asked for: some minute of a small
/// model on two processors.
int usualSensitivitySequences(int length);

/// Without any text: losses from the relative errors of the weights alone, times what such an error
/// costs on average in a tensor of that role (weightsensitivity.cpp). What tensors of one
/// role really cost scatters by up to some 25 times. Throws Error for a weight that is not finite,
/// Cancelled.
SensitivityTable roughSensitivity(
    const Checkpoint& checkpoint, const SensitivitySettings& settings, const Progress& progress);

} // namespace core
