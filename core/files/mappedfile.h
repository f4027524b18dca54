// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/filestate.h"
#include "core/files/mappingguard.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

namespace core {

/// A file mapped read-only into memory; pages are read when touched. What cannot be read any more
/// reads as zeros: requireUnchanged() after reading tells.
class MappedFile {
public:
    /// What requireUnchanged() requires beside readable bytes.
    enum class Watch {
        Place, ///< the file is as it was, and lies where it was opened unless it was deleted
        Bytes ///< nothing: it is ours, and may have lost its name
    };
    /// Throws Error if `path` cannot be opened, is a folder, or cannot be mapped. An empty file has
    /// no bytes.
    static std::shared_ptr<const MappedFile> open(
        const std::filesystem::path& path, Watch watch = Watch::Place);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::span<const std::byte> bytes() const { return m_bytes; }
    const std::filesystem::path& path() const { return m_path; }

    /// Throws Error if the file was changed, replaced, cut short or moved away since it was opened,
    /// or part of it could not be read: then what was read before this call is to be forgotten. A
    /// file that was only deleted lives on. Safe from several threads; under 10 µs on a local disk.
    void requireUnchanged() const;

private:
    struct Opened {
        int descriptor = -1; ///< kept where the place is watched: it knows the file, name or not
        FileState state;
    };
    MappedFile(std::filesystem::path path, std::span<const std::byte> bytes, Opened opened);

    std::filesystem::path m_path;
    std::span<const std::byte> m_bytes;
    Opened m_opened;
    std::optional<MappingGuard> m_guard; ///< none: an empty file
};

} // namespace core
