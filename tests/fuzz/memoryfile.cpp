// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/memoryfile.h"

#include <stdexcept>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace fuzz {

MemoryFile::MemoryFile(const std::filesystem::path& name)
    : m_descriptor(::memfd_create("fuzz", MFD_CLOEXEC))
{
    if (m_descriptor < 0)
        throw std::runtime_error("memfd_create failed");
    std::filesystem::create_symlink("/proc/self/fd/" + std::to_string(m_descriptor), name);
}

MemoryFile::~MemoryFile() { ::close(m_descriptor); }

void MemoryFile::setBytes(std::string_view bytes)
{
    const bool isWritten = ::ftruncate(m_descriptor, off_t(bytes.size())) == 0
        && ::pwrite(m_descriptor, bytes.data(), bytes.size(), 0) == ssize_t(bytes.size());
    if (!isWritten)
        throw std::runtime_error("a file in memory cannot be written");
}

} // namespace fuzz
