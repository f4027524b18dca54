// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/outputfile.h"
#include "core/files/temporaryfiles.h"

#include <filesystem>
#include <optional>
#include <string_view>

namespace core {

/// What happens to a file that already has the name of the one to write.
enum class Existing {
    Keep, ///< it stays, and writing fails
    Replace
};

/// When a finished file is safe from a power cut. Killing the program harms none.
enum class Lasting {
    Now, ///< commit() waits for the disk
    Soon ///< when the system writes it out; until then a power cut may leave it torn or empty
};

/// A file that appears whole or not at all: it is written beside its target under another name and
/// renamed at the end. Until commit() an existing target stays as it was; without commit() the
/// temporary file is removed. It is locked (flock) as long as it is written: what a program that
/// was killed left beside the same target is known by that, and removed.
class AtomicFile {
public:
    /// Creates the empty temporary file in the target's folder (a link is followed, so that what
    /// it points to is replaced). Throws Error if the folder is missing or not writable, the target
    /// is a folder, a device, a pipe or a socket, or it exists and is to be kept.
    AtomicFile(std::filesystem::path target, Existing existing);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    /// The temporary file, to be written and closed by the caller.
    const std::filesystem::path& path() const { return m_path; }
    /// The same for an OutputFile: messages about it name the target.
    OutputPath output() const { return { m_path, m_target }; }

    /// Brings the bytes to the disk, if they shall last now, and gives the file its target's name,
    /// in place of what was there. Call it once. Throws Error if that fails, or if a file to be
    /// kept has come there in the meantime; the target is then as it was.
    void commit(Lasting lasting = Lasting::Now);

private:
    std::filesystem::path m_target;
    Existing m_existing;
    std::filesystem::path m_path; ///< empty once renamed
    std::optional<TemporaryFileNote> m_note;
    int m_lock = -1; ///< descriptor of the temporary file; −1: none
};

/// Replaces `target` by a file of exactly `bytes`, through an AtomicFile. Throws Error.
void writeFileAtomically(const std::filesystem::path& target, std::string_view bytes);

} // namespace core
