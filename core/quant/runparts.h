// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/imatrix.h"
#include "core/files/shelf.h"
#include "core/model/checkpoint.h"
#include "core/quant/plan.h"
#include "core/quant/tensorreport.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace core {

/// One part of a run, rounded and kept whole: "token_embd", "layer-0000" …, "output".
struct RunPart {
    std::string name;
    std::string key; ///< on the shelf
};

/// What the bytes of a run depend on.
struct RunInputs {
    const Checkpoint& checkpoint;
    const Recipe& recipe;
    std::span<const PlannedTensor> plan; ///< as it is carried out
    const std::vector<std::vector<int>>& calibration;
    const Importance& importance;
};

/// The parts of a run, in the order in which they are rounded. A part's key names all that its own
/// bytes depend on and no more: its tensors' formats and methods, the text or importance where they
/// are used, and the parts before it where GPTQ is, which sees their errors. So after a change of
/// the recipe only the parts whose bytes may change have other keys. Takes as long as contentKey().
std::vector<RunPart> runParts(const RunInputs& inputs);

/// The part under `key`, its tensors mapped from the shelf. Nothing if it is not there. Throws
/// Error if it cannot be read or is of another model.
std::optional<RoundedPart> findPart(
    const Shelf& shelf, const std::string& key, const Checkpoint& checkpoint);

/// Keeps a finished part and gives it back with its tensors where they are kept. Throws Error if it
/// cannot be written (disk full: needed and free).
RoundedPart keepPart(
    const Shelf& shelf, const RunPart& which, RoundedPart part, const Checkpoint& checkpoint);

/// The model with the tensors of `parts`, as a finished run left them. Null if one of them is no
/// longer on the shelf. Throws Error as findPart.
std::shared_ptr<const Checkpoint> modelOfParts(const Shelf& shelf,
    const std::vector<std::string>& keys, const std::shared_ptr<const Checkpoint>& checkpoint);

} // namespace core
