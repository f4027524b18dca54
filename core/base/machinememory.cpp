// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/machinememory.h"

#include <algorithm>
#include <fstream>

#include <sys/sysinfo.h>
#include <unistd.h>

namespace core {

std::uint64_t machineMemory()
{
    const long pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGESIZE);
    constexpr std::uint64_t unknown = 8'000'000'000;
    return pages > 0 && size > 0 ? std::uint64_t(pages) * std::uint64_t(size) : unknown;
}

std::uint64_t mostMemory()
{
    struct sysinfo system { };
    std::uint64_t most = machineMemory();
    if (::sysinfo(&system) == 0)
        most += std::uint64_t(system.totalswap) * system.mem_unit;
    std::ifstream limit("/sys/fs/cgroup/memory.max"); // a number, or "max" (cgroups(7))
    std::uint64_t allowed = 0;
    return limit >> allowed ? std::min(most, allowed) : most;
}

} // namespace core
