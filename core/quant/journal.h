// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"
#include "core/model/checkpoint.h"
#include "core/quant/tensorreport.h"

#include <filesystem>
#include <optional>
#include <string>

namespace core {

// A work folder holds key.json, which says whose results lie there, and one file a finished part:
//   bytes 0–7    "QSPART01"
//   bytes 8–15   u64 ContentHash of everything after it
//   bytes 16–23  u64 length of the JSON
//   JSON         [{"name", "format", "bytes", "report": tensorReportToJson()}, …]; vectors have no
//                report
//   tensors      their bytes in that order, without gaps

/// What a run has finished, kept on disk so that the next one need not do it again. Every file is
/// written beside its place, brought to the disk and renamed: it is there whole or not at all.
class Journal {
public:
    /// Keeps everything in memory if `folder` is empty. Otherwise creates it if it is missing, and
    /// removes the parts in it if they belong to another key. Throws Error.
    Journal(std::filesystem::path folder, const Json& key);

    /// The part of that name if it was finished, its tensors mapped from the file. Nothing if it
    /// was not, or if the file is damaged. Throws Error if it cannot be opened or is of another
    /// model.
    std::optional<RoundedPart> find(const std::string& name, const Checkpoint& checkpoint) const;

    /// Keeps a finished part and gives it back with its tensors where they are kept. Throws Error
    /// if it cannot be written (disk full: needed and free).
    RoundedPart keep(const std::string& name, RoundedPart part, const Checkpoint& checkpoint) const;

private:
    std::filesystem::path fileOf(const std::string& name) const;

    std::filesystem::path m_folder;
};

} // namespace core
