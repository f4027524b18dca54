// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

struct stat;

namespace core {

/// Which file it is and when it was written last: what tells that a file is still the one that was
/// opened, and as it was.
struct FileState {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t seconds = 0; ///< of the last change of its bytes
    std::int64_t nanoseconds = 0;

    bool operator==(const FileState&) const = default;
    /// Whether both are one file, whatever it holds by now: hard links are, too.
    bool isSameFile(const FileState& other) const
    {
        return device == other.device && inode == other.inode;
    }
};

/// What the system said of a file.
FileState fileState(const struct ::stat& status);
/// The state of the file at `path`, links followed; nothing if there is none.
std::optional<FileState> fileState(const std::filesystem::path& path);

} // namespace core
