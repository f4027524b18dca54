// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/shelf.h"
#include "core/search/candidates.h"
#include "core/search/lonetensor.h"

#include <functional>
#include <string>
#include <vector>

namespace core {

/// What rounding one tensor alone was measured to lose.
struct MeasuredLoss {
    std::string tensor; ///< GGUF's name
    const Format* format = nullptr; ///< that it was stored in
    Method method = Method::Importance;
    MeasuredKld loss;
};

/// Losses of single tensors, measured on one text.
struct MeasuredLosses {
    int chunks = 0, length = 0; ///< of the text
    std::vector<MeasuredLoss> values;

    /// What is known of a tensor by that method; null: nothing.
    const MeasuredLoss* find(const std::string& tensor, const Format* format, Method method) const;
};

/// Called on the measuring thread after each tensor.
using MeasuredLossesUpdate = std::function<void(const MeasuredLosses&)>;

/// How a tensor is rounded alone that a recipe rounds by `method`: GPTQ rounds a layer's together,
/// so by importance in its place.
Method methodAlone(Method method);

/// On which text losses of single tensors are measured, and what rounds them.
struct LossMeasurement {
    std::vector<std::vector<int>> chunks; ///< tokenSequences of a text, best one held out
    Importance importance; ///< of the inputs, for Method::Importance
    Encoder encoder = Encoder::Closest;
};

/// Chunks of `length` tokens that serve: some 6,000 tokens.
int usualMeasuredChunks(int length);

/// Measures each of `wanted` (their methods RoundToNearest, Importance or Hqq), one after the
/// other: everything else stays as it is. What `shelf` (null: there is none) has of the same model,
/// text and importance is not measured again, and what is new is kept there; the result has both.
/// On all processors, the same figures for any number of them. Throws Error for a model that is not
/// computed, chunks under 3 tokens, a weight that is not finite; Cancelled: what was measured until
/// then is on the shelf.
MeasuredLosses measureLosses(const Checkpoint& checkpoint, const LossMeasurement& how,
    std::vector<Candidate> wanted, const Shelf* shelf, const MeasuredLossesUpdate& update,
    const Progress& progress);

/// The measured losses that were kept last of this model; nothing if there are none.
std::optional<MeasuredLosses> lastMeasuredLosses(const Shelf& shelf, const Checkpoint& checkpoint);

/// {"chunks", "length", "losses": [{"tensor", "format", "method", "kld", "kld_error"}]}. Back:
/// throws Error naming `place` and what is missing.
Json measuredLossesToJson(const MeasuredLosses& losses);
MeasuredLosses measuredLossesFromJson(const Json& json, const std::string& place);

} // namespace core
