// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/temporaryfiles.h"

#include <array>
#include <atomic>
#include <climits>
#include <cstring>

#include <unistd.h>

namespace core {

namespace {

    enum class State { Free, Filling, Noted };

    /// A name where a signal handler can read it: no lock, no heap.
    struct NameSlot {
        std::atomic<State> state = State::Free;
        std::array<char, PATH_MAX> name;
    };

    std::array<NameSlot, 64> slots; // a signal handler cannot be given an object
    static_assert(std::atomic<State>::is_always_lock_free);

} // namespace

TemporaryFileNote::TemporaryFileNote(const std::filesystem::path& file) noexcept
{
    const std::size_t length = file.native().size();
    for (m_slot = 0; length < PATH_MAX && m_slot < slots.size(); ++m_slot) {
        NameSlot& slot = slots[m_slot];
        State free = State::Free;
        if (!slot.state.compare_exchange_strong(free, State::Filling))
            continue;
        std::memcpy(slot.name.data(), file.c_str(), length + 1);
        slot.state = State::Noted;
        return;
    }
    m_slot = slots.size();
}

TemporaryFileNote::~TemporaryFileNote()
{
    if (m_slot < slots.size())
        slots[m_slot].state = State::Free;
}

void removeTemporaryFiles() noexcept
{
    for (const NameSlot& slot : slots)
        if (slot.state == State::Noted)
            ::unlink(slot.name.data());
}

} // namespace core
