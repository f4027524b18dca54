// SPDX-License-Identifier: GPL-3.0-or-later
//
// To be preloaded: large unmappings take a while, so that other threads may take the addresses
// before the caller does anything with them.
#include <cstddef>

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

extern "C" int munmap(void* address, std::size_t bytes) noexcept
{
    constexpr std::size_t large = std::size_t(100) << 20;
    constexpr useconds_t pause = 300'000;
    using Unmap = int (*)(void*, std::size_t);
    static const auto next = reinterpret_cast<Unmap>(::dlsym(RTLD_NEXT, "munmap"));
    const int result = next(address, bytes);
    if (bytes > large)
        ::usleep(pause);
    return result;
}
