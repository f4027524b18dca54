// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/files/atomicfile.h"
#include "core/files/gguf.h"
#include "core/files/ggufsplit.h"
#include "core/files/sourcefiles.h"
#include "core/model/checkpoint.h"
#include "core/quant/plan.h"

#include <filesystem>
#include <string>
#include <vector>

namespace core {

/// What a person may say about the file.
struct GgufExportOptions {
    std::string modelName{}; ///< general.name; empty: the checkpoint's
    std::string license{}; ///< general.license; empty: the checkpoint's, if any
    std::string recipe{}; ///< quantscope.recipe, the recipe's name and method; empty: none
    std::string pretokenizer{}; ///< tokenizer.ggml.pre; empty: the checkpoint's
    std::uint64_t mostBytes = 0; ///< of tensors in a file; more are split (splitGguf). 0: one file
};

/// One GGUF tensor to be: its header, and where it comes from.
struct GgufPlan {
    GgufMetadata metadata;
    std::vector<GgufTensorInfo> tensors; ///< in file order
    std::vector<Place> places; ///< of the same tensors
    GgufLayout layout; ///< as one file
    std::vector<GgufPiece> pieces; ///< the files that it is split into; empty: one

    std::uint64_t fileBytes() const; ///< of all files
    /// What is written where `file` is the name of the whole model: itself, or its pieces.
    std::vector<std::filesystem::path> files(const std::filesystem::path& file) const;
};

/// The file that exporting `checkpoint` with each tensor in its planned format would write, to the
/// byte, without writing it. q and k rows are permuted to GGUF's rotary layout where the checkpoint
/// has the other (rounding is by row: the same bytes, other order); llama3 rope scaling adds
/// `rope_freqs.weight`. Throws Error without a tokenizer, for a pre-tokenizer that is unknown or
/// that the tokenizer has no use for, and for a study format. Under 10 ms.
GgufPlan planGguf(const Checkpoint& checkpoint, const std::vector<PlannedTensor>& plan,
    const GgufExportOptions& options);
/// The same for a checkpoint as it is.
GgufPlan planGguf(const Checkpoint& checkpoint, const GgufExportOptions& options);

/// Whether a GGUF can be made of it: of any GGUF; else of what is computed and has a tokenizer.
bool isExportable(const Checkpoint& checkpoint);
/// The sentence with which planGguf would end; empty if there can be such a file.
std::string whyNotExported(const Checkpoint& checkpoint, const std::vector<PlannedTensor>& plan);
std::string whyNotExported(const Checkpoint& checkpoint);

/// The size of that file, or of all its pieces; where there can be none (no tokenizer, a format
/// that GGUF does not have) of its tensors.
std::uint64_t exportedBytes(const Checkpoint& checkpoint, const std::vector<PlannedTensor>& plan,
    const GgufExportOptions& options);

/// Where a file is to be written.
struct ExportTarget {
    std::filesystem::path file;
    Existing existing = Existing::Keep; ///< what happens to a file that is there
    SourceFiles read{}; ///< what else is never replaced, beside the checkpoint's own files
};

/// Throws Error if the files of `plan`, made from `checkpoint`, cannot be written at `target`: one
/// is among the files that are read, exists and is to be kept, its folder is missing or not
/// writable, too little space for all. Ask before hours of work, not after. Leaves nothing behind.
void checkExportTarget(
    const Checkpoint& checkpoint, const ExportTarget& target, const GgufPlan& plan);

/// What was written.
struct GgufExportReport {
    std::filesystem::path file; ///< the first, where there are several
    std::uint64_t bytes = 0; ///< of all
    int tensorsVerified = 0;
    double seconds = 0;
    int files = 1;
};

/// Writes `checkpoint` as it is to `target`, or to pieces beside it: each under a temporary name,
/// reopened, every tensor's header compared, every block decoded, compared and found finite; when
/// that is done of all, they are renamed. Throws Error (as checkExportTarget; disk full with bytes
/// needed and free, no tokenizer, a source that was changed), Cancelled; then nothing is left
/// behind and an older `target` is untouched.
GgufExportReport exportGguf(const Checkpoint& checkpoint, const ExportTarget& target,
    const GgufExportOptions& options, const Progress& progress);

} // namespace core
