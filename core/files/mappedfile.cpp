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
        int release() { return std::exchange(m_number, -1); }

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

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path, Watch watch)
{
    // O_NONBLOCK: a pipe nobody writes to must not hang us; it is refused below.
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
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
    return std::shared_ptr<const MappedFile>(new MappedFile(
        path, bytes, { watch == Watch::Place ? file.release() : -1, fileState(status) }));
}

MappedFile::MappedFile(std::filesystem::path path, std::span<const std::byte> bytes, Opened opened)
    : m_path(std::move(path))
    , m_bytes(bytes)
    , m_opened(opened)
{
    if (!m_bytes.empty())
        m_guard.emplace(m_bytes);
}

MappedFile::~MappedFile()
{
    m_guard.reset(); // before something else is mapped there
    if (!m_bytes.empty())
        ::munmap(const_cast<std::byte*>(m_bytes.data()), m_bytes.size());
    if (m_opened.descriptor >= 0)
        ::close(m_opened.descriptor);
}

void MappedFile::requireUnchanged() const
{
    if (m_guard && m_guard->isLost())
        throw Error(text(m_path.string(),
            ": was cut short or became unreadable while it was open, expected it to stay as it "
            "was"));
    if (m_opened.descriptor < 0)
        return;
    struct stat status { };
    const bool isThere = ::fstat(m_opened.descriptor, &status) == 0;
    const auto placed = fileState(m_path);
    if (!isThere || (!placed && status.st_nlink > 0))
        throw Error(text(m_path.string(),
            ": is no longer there (moved, or its disk was unmounted), expected it to stay while "
            "it is open"));
    const bool isReplaced = placed && !placed->isSameFile(m_opened.state);
    if (isReplaced || fileState(status) != m_opened.state)
        throw Error(text(m_path.string(), ": was ", isReplaced ? "replaced" : "changed",
            " while it was open (it had ", m_opened.state.size, " bytes, it has ",
            isReplaced ? placed->size : std::uint64_t(status.st_size),
            "), expected it to stay as it was; open it again"));
}

} // namespace core
