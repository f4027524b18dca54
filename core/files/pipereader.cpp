// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/pipereader.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace core {

namespace {

    [[noreturn]] void failPipe(const std::filesystem::path& path, const char* what)
    {
        const int error = errno;
        throw Error(text(
            path.string(), ": cannot be ", what, ": ", std::generic_category().message(error)));
    }

} // namespace

PipeReader::PipeReader(const std::filesystem::path& pipe)
    : m_path(pipe)
    // O_NONBLOCK: opening a pipe nobody writes to must not hang us.
    , m_descriptor(::open(pipe.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK))
{
    if (m_descriptor < 0)
        failPipe(pipe, "opened");
}

PipeReader::~PipeReader() { ::close(m_descriptor); }

std::string PipeReader::next()
{
    std::string bytes(std::size_t(1) << 16, '\0'); // what a pipe of Linux holds
    for (;;) {
        const auto count = ::read(m_descriptor, bytes.data(), bytes.size());
        if (count >= 0) {
            bytes.resize(std::size_t(count));
            return bytes;
        }
        if (errno != EAGAIN && errno != EINTR)
            failPipe(m_path, "read");
        pollfd waiting{ m_descriptor, POLLIN, 0 };
        if (::poll(&waiting, 1, -1) < 0 && errno != EINTR)
            failPipe(m_path, "read");
    }
}

} // namespace core
