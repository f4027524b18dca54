// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/outputfile.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace core {

namespace fs = std::filesystem;

fs::path folderOf(const fs::path& file)
{
    return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

namespace {

    // Linux writes at most 2 GiB − 4 KiB at once.
    constexpr std::size_t longestWrite = std::size_t(1) << 30;

    /// Bytes free for a file at `path`, or the largest number if the system does not say.
    std::uint64_t freeBytes(const fs::path& path)
    {
        std::error_code error;
        const fs::space_info space = fs::space(folderOf(path), error);
        return space.available; // uintmax_t(-1) on error
    }

    void checkFolder(const fs::path& path)
    {
        std::error_code error;
        if (!fs::is_directory(folderOf(path), error))
            throw Error(text(path.string(), ": the folder ", folderOf(path).string(),
                " does not exist, expected one to write to"));
        if (fs::is_directory(path, error))
            throw Error(text(path.string(), ": is a folder, expected the name of a file to write"));
    }

} // namespace

OutputFile::OutputFile(OutputPath path, std::uint64_t size)
    : m_path(std::move(path))
    , m_size(size)
{
    checkFolder(m_path.path);
    std::error_code none;
    const bool isRegular = fs::is_regular_file(m_path.path, none);
    const std::uint64_t replaced = isRegular ? fs::file_size(m_path.path, none) : 0;
    const std::uint64_t available = freeBytes(m_path.path);
    if (available < size && size - available > replaced)
        throw Error(text(m_path.shown.string(), ": the disk is full: the file needs ", size,
            " bytes, ", available + replaced, " are free"));
    m_descriptor = ::open(m_path.path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (m_descriptor < 0)
        throw Error(text(m_path.shown.string(),
            ": cannot be created: ", std::generic_category().message(errno)));
}

OutputFile::~OutputFile()
{
    if (m_descriptor < 0)
        return;
    ::close(m_descriptor);
    removePartial();
}

void OutputFile::removePartial() const
{
    std::error_code none;
    if (fs::is_regular_file(m_path.path, none)) // never a device such as /dev/full
        fs::remove(m_path.path, none);
}

void OutputFile::write(std::span<const std::byte> bytes)
{
    assert(m_descriptor >= 0);
    while (!bytes.empty()) {
        const ssize_t count
            = ::write(m_descriptor, bytes.data(), std::min(bytes.size(), longestWrite));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            fail(count < 0 ? errno : ENOSPC);
        bytes = bytes.subspan(std::size_t(count));
        m_written += std::uint64_t(count);
    }
}

void OutputFile::close()
{
    assert(m_descriptor >= 0 && m_written == m_size);
    if (::close(std::exchange(m_descriptor, -1)) != 0) {
        const int error = errno;
        removePartial();
        fail(error);
    }
}

void OutputFile::fail(int error) const
{
    const bool isFull = error == ENOSPC || error == EDQUOT;
    throw Error(text(m_path.shown.string(), isFull ? ": the disk is full" : ": cannot be written",
        " after byte ", m_written, ": ", std::generic_category().message(error),
        "; the file needs ", m_size, " bytes, ", freeBytes(m_path.path), " are free"));
}

} // namespace core
