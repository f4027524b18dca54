// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/mappedfile.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace core {

namespace {

    /// A file descriptor that closes itself.
    class Descriptor {
    public:
        explicit Descriptor(int number)
            : m_number(number)
        {
        }
        ~Descriptor()
        {
            if (m_number >= 0)
                ::close(m_number);
        }
        Descriptor(const Descriptor&) = delete;
        Descriptor& operator=(const Descriptor&) = delete;
        int number() const { return m_number; }

    private:
        int m_number;
    };

    [[noreturn]] void fail(const std::filesystem::path& path, const char* what)
    {
        const int error = errno;
        throw Error(text(
            path.string(), ": cannot be ", what, ": ", std::generic_category().message(error)));
    }

} // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path)
{
    // O_NONBLOCK: a pipe nobody writes to must not hang us; it is refused below.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status { };
    if (file.number() < 0 || ::fstat(file.number(), &status) != 0)
        fail(path, "opened");
    if (S_ISDIR(status.st_mode))
        throw Error(text(path.string(), ": is a folder, expected a file"));
    if (!S_ISREG(status.st_mode))
        throw Error(text(path.string(), ": is a device or pipe, expected a regular file"));
    const auto size = std::size_t(status.st_size);
    std::span<const std::byte> bytes;
    if (size > 0) {
        void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
        if (start == MAP_FAILED)
            fail(path, "mapped");
        bytes = { static_cast<const std::byte*>(start), size };
    }
    return std::shared_ptr<const MappedFile>(new MappedFile(path, bytes));
}

MappedFile::MappedFile(std::filesystem::path path, std::span<const std::byte> bytes)
    : m_path(std::move(path))
    , m_bytes(bytes)
{
}

MappedFile::~MappedFile()
{
    if (!m_bytes.empty())
        ::munmap(const_cast<std::byte*>(m_bytes.data()), m_bytes.size());
}

} // namespace core
