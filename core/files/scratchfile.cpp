// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/scratchfile.h"

#include <cassert>
#include <cstdlib>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace core {

namespace {

    std::filesystem::path usualFolder()
    {
        std::error_code none;
        const std::filesystem::path large = "/var/tmp"; // file-hierarchy(7): for large files
        if (!std::getenv("TMPDIR") && std::filesystem::is_directory(large, none))
            return large;
        return std::filesystem::temp_directory_path(none);
    }

    /// A new file without a name in `folder`; -1 if there can be none.
    int openNameless(const std::filesystem::path& folder)
    {
        const int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
        if (file >= 0)
            return file;
        std::string name = (folder / "scratch-XXXXXX").string(); // not every file system can that
        const int named = ::mkostemp(name.data(), O_CLOEXEC);
        if (named >= 0)
            ::unlink(name.c_str());
        return named;
    }

} // namespace

std::unique_ptr<ScratchFile> ScratchFile::make(
    const std::filesystem::path& folder, std::size_t bytes)
{
    assert(bytes > 0);
    const int file = openNameless(folderFor(folder));
    if (file < 0)
        return nullptr;
    void* start = MAP_FAILED;
    if (::posix_fallocate(file, 0, off_t(bytes)) == 0)
        start = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file); // the mapping keeps it
    if (start == MAP_FAILED)
        return nullptr;
    return std::unique_ptr<ScratchFile>(new ScratchFile({ static_cast<std::byte*>(start), bytes }));
}

std::filesystem::path ScratchFile::folderFor(const std::filesystem::path& folder)
{
    return folder.empty() ? usualFolder() : folder;
}

void ScratchFile::rest() const
{
    // Of a shared mapping it lets the pages go, not what is in them (madvise(2)).
    (void)::madvise(m_bytes.data(), m_bytes.size(), MADV_DONTNEED);
}

ScratchFile::~ScratchFile() { ::munmap(m_bytes.data(), m_bytes.size()); }

} // namespace core
