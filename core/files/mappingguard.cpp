// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/mappingguard.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

#include <sys/mman.h>
#include <unistd.h>

namespace core {

/// Where a watched mapping lies. Slots are reused and never freed: a signal handler may be reading
/// them at any time.
struct MappingGuard::Slot {
    std::atomic<bool> isTaken = false;
    std::atomic<std::uintptr_t> begin = 0; ///< 0: none, or not yet
    std::atomic<std::uintptr_t> end = 0;
    std::atomic<bool> isLost = false;
};

namespace {

    using Slot = MappingGuard::Slot;

    struct SlotBlock {
        std::array<Slot, 128> slots;
        std::atomic<SlotBlock*> next = nullptr;
    };

    // A signal handler cannot be given an object.
    SlotBlock firstBlock;
    struct sigaction previousAction;
    std::uintptr_t pageBytes = 4096;

    Slot* slotAt(std::uintptr_t address)
    {
        for (SlotBlock* block = &firstBlock; block; block = block->next)
            for (Slot& slot : block->slots)
                if (const std::uintptr_t begin = slot.begin; begin && address >= begin)
                    if (address < slot.end)
                        return &slot;
        return nullptr;
    }

    /// Zeros from the page of `address` to the end of the mapping.
    bool putZeros(const Slot& slot, std::uintptr_t address)
    {
        const std::uintptr_t page = address - address % pageBytes;
        return ::mmap(reinterpret_cast<void*>(page), slot.end - page, PROT_READ,
                   MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            != MAP_FAILED;
    }

    /// Not ours: whoever was there before gets it, by the repeated access or the repeated signal.
    void handBack(int signal, const siginfo_t* info)
    {
        ::sigaction(signal, &previousAction, nullptr);
        if (info->si_code <= 0) // sent by a process
            ::raise(signal);
    }

    void onBusError(int signal, siginfo_t* info, void*)
    {
        const int error = errno;
        const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
        Slot* slot = info->si_code > 0 ? slotAt(address) : nullptr;
        if (slot)
            slot->isLost = true; // before the zeros can be seen
        if (!slot || !putZeros(*slot, address))
            handBack(signal, info);
        errno = error;
    }

    /// Once for the process.
    void installHandler()
    {
        static const bool done = [] {
            pageBytes = std::uintptr_t(::sysconf(_SC_PAGESIZE));
            struct sigaction action { };
            action.sa_sigaction = onBusError;
            action.sa_flags = SA_SIGINFO | SA_ONSTACK;
            sigemptyset(&action.sa_mask);
            return ::sigaction(SIGBUS, &action, &previousAction) == 0;
        }();
        (void)done;
    }

    Slot* takeSlot()
    {
        for (SlotBlock* block = &firstBlock;; block = block->next) {
            for (Slot& slot : block->slots)
                if (!slot.isTaken.exchange(true))
                    return &slot;
            if (block->next)
                continue;
            auto* fresh = new SlotBlock; // never freed: see Slot
            SlotBlock* none = nullptr;
            if (!block->next.compare_exchange_strong(none, fresh))
                delete fresh; // another thread was quicker
        }
    }

} // namespace

MappingGuard::MappingGuard(std::span<const std::byte> mapping)
{
    installHandler();
    m_slot = takeSlot();
    const auto begin = reinterpret_cast<std::uintptr_t>(mapping.data());
    const std::uintptr_t pages = (mapping.size() + pageBytes - 1) / pageBytes;
    m_slot->isLost = false;
    m_slot->end = begin + pages * pageBytes;
    m_slot->begin = begin;
}

MappingGuard::~MappingGuard()
{
    m_slot->begin = 0;
    m_slot->isTaken = false;
}

bool MappingGuard::isLost() const { return m_slot->isLost; }

} // namespace core
