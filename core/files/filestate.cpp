// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/filestate.h"

#include <sys/stat.h>

namespace core {

FileState fileState(const struct ::stat& status)
{
    return { status.st_dev, status.st_ino, std::uint64_t(status.st_size), status.st_mtim.tv_sec,
        status.st_mtim.tv_nsec };
}

std::optional<FileState> fileState(const std::filesystem::path& path)
{
    struct ::stat status { };
    if (::stat(path.c_str(), &status) != 0)
        return std::nullopt;
    return fileState(status);
}

} // namespace core
