// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

namespace core {

/// Watches the mapping of a file while it lives. A page that can no longer be read, because the
/// file was cut short or its disk is gone, would end the process by SIGBUS; instead zeros take its
/// place, from it to the end of the mapping, and isLost() says so from then on. Whoever uses what
/// was read asks first.
class MappingGuard {
public:
    /// Requires: `mapping` begins at a page, is not empty, and stays mapped while this lives.
    explicit MappingGuard(std::span<const std::byte> mapping);
    ~MappingGuard();
    MappingGuard(const MappingGuard&) = delete;
    MappingGuard& operator=(const MappingGuard&) = delete;

    /// Safe from several threads.
    bool isLost() const;

    struct Slot; ///< what the signal handler reads

private:
    Slot* m_slot;
};

} // namespace core
