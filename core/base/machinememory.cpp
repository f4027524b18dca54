// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/machinememory.h"

#include <unistd.h>

namespace core {

std::uint64_t machineMemory()
{
    const long pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGESIZE);
    constexpr std::uint64_t unknown = 8'000'000'000;
    return pages > 0 && size > 0 ? std::uint64_t(pages) * std::uint64_t(size) : unknown;
}

} // namespace core
