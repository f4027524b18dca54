// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string_view>

namespace fuzz {

/// A file that lives in memory, under a name of its own: a disk would be a hundred times slower.
class MemoryFile {
public:
    /// `name` is a link to it that is made now.
    explicit MemoryFile(const std::filesystem::path& name);
    ~MemoryFile();
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    void setBytes(std::string_view bytes);

private:
    int m_descriptor;
};

} // namespace fuzz
