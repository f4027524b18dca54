// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace core {

/// Room on the disk for what would take too much memory: a file without a name, mapped, gone with
/// this object or with the program. Its space is taken beforehand, so that writing to it cannot
/// fail later.
class ScratchFile {
public:
    /// `bytes` > 0 of zeros on the disk of `folder`; if it is empty, of $TMPDIR or else /var/tmp,
    /// because /tmp may be memory. Null if there is no room or no permission.
    static std::unique_ptr<ScratchFile> make(
        const std::filesystem::path& folder, std::size_t bytes);
    /// The folder that make() takes for `folder`: itself, or that of large temporary files.
    static std::filesystem::path folderFor(const std::filesystem::path& folder);
    ~ScratchFile();
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;

    std::span<std::byte> bytes() const { return m_bytes; }

    /// Takes them out of this program's memory until they are touched again: the system may bring
    /// them to the disk. They stay what they are.
    void rest() const;

private:
    explicit ScratchFile(std::span<std::byte> bytes)
        : m_bytes(bytes)
    {
    }
    std::span<std::byte> m_bytes;
};

} // namespace core
