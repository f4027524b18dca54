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

std::unique_ptr<ScratchFile> ScratchFile::make(
    const std::filesystem::path& folder, std::size_t bytes)
{
    assert(bytes > 0);
    std::error_code none;
    std::string name = ((folder.empty() ? std::filesystem::temp_directory_path(none) : folder)
        / "scratch-XXXXXX")
                           .string();
    const int file = ::mkostemp(name.data(), O_CLOEXEC);
    if (file < 0)
        return nullptr;
    ::unlink(name.c_str());
    void* start = MAP_FAILED;
    if (::posix_fallocate(file, 0, off_t(bytes)) == 0)
        start = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file); // the mapping keeps it
    if (start == MAP_FAILED)
        return nullptr;
    return std::unique_ptr<ScratchFile>(new ScratchFile({ static_cast<std::byte*>(start), bytes }));
}

ScratchFile::~ScratchFile() { ::munmap(m_bytes.data(), m_bytes.size()); }

} // namespace core
