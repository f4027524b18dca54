// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace core {

/// Memory of zeros that goes back to the system at once when it is released: what malloc gets back
/// of pieces up to 32 MiB it may keep, and large matrices that are released piece by piece would
/// stay.
class Pages {
public:
    Pages() = default;
    /// Throws std::bad_alloc.
    explicit Pages(std::size_t bytes);
    Pages(const Pages& other); ///< a copy of what is there
    Pages(Pages&& other) noexcept;
    Pages& operator=(Pages other) noexcept;
    ~Pages();

    void* data() const { return m_start; } ///< null if there are none
    std::size_t bytes() const { return m_bytes; }

private:
    void* m_start = nullptr;
    std::size_t m_bytes = 0;
};

} // namespace core
