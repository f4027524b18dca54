// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>

namespace core {

/// The folder a file lies in; "." for a bare name.
std::filesystem::path folderOf(const std::filesystem::path& file);

/// Where bytes go, and what messages call it: a temporary file is called by its target's name.
struct OutputPath {
    OutputPath(std::filesystem::path file)
        : path(file)
        , shown(std::move(file))
    {
    }
    OutputPath(std::filesystem::path file, std::filesystem::path target)
        : path(std::move(file))
        , shown(std::move(target))
    {
    }

    std::filesystem::path path;
    std::filesystem::path shown;
};

/// A file of a known size being written. It is removed again unless close() succeeded, so that
/// no half-written file stays behind on an Error or Cancelled.
class OutputFile {
public:
    /// Creates or empties `path`. Throws Error if its folder is missing or not writable, it is a
    /// folder, or fewer than `size` bytes are free there.
    OutputFile(OutputPath path, std::uint64_t size);
    ~OutputFile();
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    /// Appends `bytes`. Throws Error if the disk is full: how much the file needs, how much is
    /// free.
    void write(std::span<const std::byte> bytes);

    /// Closes the file, which stays. Throws Error if the system reports a failed write only now.
    /// Requires: exactly `size` bytes were written.
    void close();

private:
    [[noreturn]] void fail(int error) const;
    void removePartial() const;

    OutputPath m_path;
    std::uint64_t m_size;
    std::uint64_t m_written = 0;
    int m_descriptor = -1; ///< -1 once closed
};

} // namespace core
