// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/runlist.h"
#include "core/base/progress.h"

#include <filesystem>
#include <memory>
#include <vector>

namespace app {

// What is done with a file that stands beside the runs. All for the worker; all throw core::Error.

/// The row of a file or folder, not measured. Throws, in one sentence, if it cannot be opened, is
/// another model than `original` or is the original itself. Reads headers and a few kB of each
/// tensor.
Run addedRun(const std::filesystem::path& path, const core::Checkpoint& original);

/// The model in the file. Throws if it is not the one that was added.
std::shared_ptr<const core::Checkpoint> openAdded(const AddedFile& file);

/// Whether it is still there and the same. Never throws.
AddedFile::State stateOf(const AddedFile& file);

/// How far each tensor of the file is from the original's: the reports of its row. Throws as
/// core::tensorDifferences().
std::vector<core::TensorReport> comparedReports(
    const AddedFile& file, const core::Checkpoint& original, const core::Progress& progress);

} // namespace app
