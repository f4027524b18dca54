// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"
#include "core/quant/recipe.h"
#include "core/rounding/rangecheck.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace core {

/// What one tensor of a model gets under a recipe.
struct PlannedTensor {
    Place place;
    const Format* format = nullptr; ///< what will be stored
    Method method = Method::RoundToNearest;
    /// Of RoundToNearest and Importance, and of what GPTQ is measured by and leaves to importance.
    Encoder encoder = Encoder::Ggml;
    Scaling scaling = Scaling::None; ///< of its input; scaleLayer says where it can be
    const Format* wanted = nullptr; ///< what the recipe said, for rows of this length; differs from
                                    ///< `format` where these do not fit
    bool keeps = false; ///< stored as it is in the checkpoint, no rounding
    bool lacksImportance = false; ///< by importance, but the imatrix has no entry for it
    /// Why `format` is another than rows of this length have: its range (withinRange).
    std::optional<RangeFault> fault{};

    bool fellBack() const { return wanted != format; }
};

/// One entry for each tensor of `checkpoint`, in its order. Rows that a format cannot hold fall
/// back by llama.cpp's rule (TQ, Q2_0, Q2_K, Q3_K → Q4_0; Q4_K → Q5_0; Q5_K → Q5_1; Q6_K → Q8_0;
/// IQ4_XS → IQ4_NL; groups of a study format → a scale a row; still indivisible → F16). The
/// recipe's own GPTQ reaches layers only; output gets Importance instead, token_embd
/// RoundToNearest. A rule that names GPTQ brings it to the head, be it output or a tied token_embd.
/// Pure; quick enough for every keystroke.
std::vector<PlannedTensor> planTensors(const Checkpoint& checkpoint, const Recipe& recipe);

/// The entry of the tensor at `place` in a plan of `checkpoint`. Requires: it is there.
inline const PlannedTensor& plannedAt(
    const Checkpoint& checkpoint, std::span<const PlannedTensor> plan, Place place)
{
    return plan[checkpoint.indexOf(place)];
}

/// Indices of the rules that decide nothing: no matrix of `checkpoint` meets them, or rules before
/// them say it all. As quick as planTensors.
std::vector<std::size_t> idleRules(const Checkpoint& checkpoint, const Recipe& recipe);

/// Bytes that `tensor` takes in its planned format.
std::uint64_t plannedBytes(const PlannedTensor& planned, const Tensor& tensor);

/// Whether a tensor gets a study format, which no file can hold.
bool hasStudyFormat(const std::vector<PlannedTensor>& plan);

/// What rows of `columns` weights are stored in that are to be in `format`: itself if they fit, a
/// study format for rows of that length, or what it falls back to.
const Format* fallbackFormat(const Format* format, std::int64_t columns);

/// "rows of 576 do not fit Q4_K (256), stored as Q5_0", "values up to 3e+07 are too large for Q4_K,
/// stored as BF16".
std::string fallbackText(const PlannedTensor& planned, const Tensor& tensor);

/// What "as in the file" stores a matrix in: the format that holds its weights exactly
/// (exactFormat); where GGUF has none for the grid of another tool, F16, whose steps are finer than
/// those of any such grid (values beyond its range go to BF16 or F32, as everywhere: withinRange).
const Format* formatAsInFile(const Tensor& tensor);

/// What is to be said of rounding a tensor that was rounded before, of making one larger than it is
/// in the file, or of taking over the grid of another tool: "already quantized in the file (Q8_0),
/// rounded a second time", "4 bits, groups of 128, symmetric: converted exactly". Empty if none of
/// it happens.
std::string sourceText(const PlannedTensor& planned, const Tensor& tensor);
/// Whether storing it in `format` rounds nothing.
bool isKeptIn(const Format* format, const Tensor& tensor);
/// Whether a tensor that was rounded to few levels before is rounded to others.
bool isRoundedAgain(const PlannedTensor& planned, const Tensor& tensor);

/// What of a model is quantized in its files.
struct QuantizedSource {
    std::vector<std::string> kinds; ///< formats and grids (storedAs), most frequent first
    int tensors = 0; ///< in them
    int exact = 0; ///< of these, those that a quantized GGUF format holds exactly
    bool isOfOtherTool = false; ///< whether any lies on another tool's grid
};
/// Nothing if no tensor of `checkpoint` was rounded to few levels.
std::optional<QuantizedSource> quantizedSource(const Checkpoint& checkpoint);

/// Names that are offered for presetRecipe, which knows every study format, too: every format
/// ("Q4_K": all layer matrices in it, the embedding and head in Q8_0 or better) and llama.cpp's
/// mixes whose formats Quantscope has ("Q4_K_M", …), and "source", which leaves every tensor as it
/// is in the file.
std::vector<std::string> presetNames();
/// Throws Error naming the type and the known ones. Mixes depend on the shape of the model, as
/// llama.cpp's do.
Recipe presetRecipe(const std::string& type, const Checkpoint& checkpoint, Method method);

} // namespace core
