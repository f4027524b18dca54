// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/resources.h"

namespace app {

std::filesystem::path resourcesFolder()
{
    namespace fs = std::filesystem;
    std::error_code error; // without /proc: the source tree
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    if (!error) {
        const fs::path installed = program.parent_path().parent_path() / "share" / "quantscope";
        if (fs::is_directory(installed, error))
            return installed;
    }
    return QUANTSCOPE_RESOURCES; // set by app/CMakeLists.txt
}

} // namespace app
