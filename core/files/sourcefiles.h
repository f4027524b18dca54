// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/filestate.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace core {

/// The files that a run reads and that nothing it writes may replace. A file is known by device and
/// inode, so that each of its links counts, and by its place, should it be gone by now.
class SourceFiles {
public:
    /// `what` says in a message what it is: "one of the model's own files". A path that names
    /// nothing, or a folder, is left out.
    void add(const std::filesystem::path& file, std::string what);
    void add(const SourceFiles& others);

    /// What `target` is: the words given to add(). Nothing if it is none of them.
    std::optional<std::string> find(const std::filesystem::path& target) const;
    /// Throws Error if `target` is one of them.
    void requireNotAmong(const std::filesystem::path& target) const;

private:
    struct File {
        std::filesystem::path place; ///< links resolved
        FileState state;
        std::string what;
    };
    std::vector<File> m_files;
};

} // namespace core
