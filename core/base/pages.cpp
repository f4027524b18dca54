// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/pages.h"

#include <cstring>
#include <new>
#include <utility>

#include <sys/mman.h>

namespace core {

Pages::Pages(std::size_t bytes)
    : m_bytes(bytes)
{
    if (bytes == 0)
        return;
    void* start
        = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        throw std::bad_alloc();
    m_start = start;
}

Pages::Pages(const Pages& other)
    : Pages(other.m_bytes)
{
    if (m_bytes > 0)
        std::memcpy(m_start, other.m_start, m_bytes);
}

Pages::Pages(Pages&& other) noexcept
    : m_start(std::exchange(other.m_start, nullptr))
    , m_bytes(std::exchange(other.m_bytes, 0))
{
}

Pages& Pages::operator=(Pages other) noexcept
{
    std::swap(m_start, other.m_start);
    std::swap(m_bytes, other.m_bytes);
    return *this;
}

Pages::~Pages()
{
    if (m_start)
        ::munmap(m_start, m_bytes);
}

} // namespace core
