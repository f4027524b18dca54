// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/blasmemory.h"

#include "core/base/parallel.h"

#include <cblas.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <limits>
#include <new>
#include <vector>

#include <semaphore.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

extern "C" {
// OpenBLAS's own, which its headers leave out (driver/others/memory.c).
void* blas_memory_alloc(int unused);
void blas_memory_free(void* buffer);

/// Takes the place of OpenBLAS's: what OPENBLAS_NUM_THREADS says. It is asked while the library is
/// loaded, before main: with more than one it would start threads that nobody uses, and end the
/// process or wait forever where it gets none.
int openblas_num_threads_env();
int openblas_num_threads_env() { return 1; }
}

namespace core {

namespace {

    // BUFFER_SIZE of OpenBLAS on x86-64, and what other threads may take in the meantime.
    constexpr std::size_t bufferBytes = (std::size_t(128) << 20) + (std::size_t(16) << 20);
    constexpr std::size_t mostCalls = 128; // Debian's OpenBLAS keeps at least 256 buffers

    /// Bytes of addresses that this process may still take.
    std::size_t addressesLeft()
    {
        rlimit limit{};
        if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
            return std::numeric_limits<std::size_t>::max();
        std::size_t pages = 0;
        std::ifstream("/proc/self/statm") >> pages;
        const std::size_t taken = pages * std::size_t(::sysconf(_SC_PAGESIZE));
        return limit.rlim_cur > taken ? std::size_t(limit.rlim_cur) - taken : 0;
    }

    bool hasRoom()
    {
        void* room = ::mmap(
            nullptr, bufferBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return room != MAP_FAILED && ::munmap(room, bufferBytes) == 0;
    }

    /// Makes OpenBLAS take its buffers and keep them. Gives back for how many calls at a time.
    std::size_t takeBuffers()
    {
        const std::size_t half = addressesLeft() / 2 / bufferBytes;
        const std::size_t wanted
            = std::clamp<std::size_t>(std::min<std::size_t>(processorCount(), half), 1, mostCalls);
        std::vector<void*> buffers;
        buffers.reserve(wanted);
        while (buffers.size() < wanted && hasRoom())
            buffers.push_back(blas_memory_alloc(0));
        for (void* buffer : buffers)
            blas_memory_free(buffer);
        return buffers.size();
    }

    /// The turns of all calls. One for the process, as OpenBLAS's memory is.
    class Turns {
    public:
        Turns()
        {
            openblas_set_num_threads(1); // should it not have asked us
            m_count = takeBuffers();
            sem_init(&m_free, 0, unsigned(m_count));
        }
        void take()
        {
            if (m_count == 0)
                throw std::bad_alloc();
            while (sem_wait(&m_free) != 0) { } // a signal came
        }
        void giveBack() { sem_post(&m_free); }

    private:
        std::size_t m_count; ///< 0: there was no room for one
        sem_t m_free;
    };

    Turns& turns()
    {
        static Turns all;
        return all;
    }

} // namespace

void takeBlasMemory()
{
    if (addressesLeft() != std::numeric_limits<std::size_t>::max())
        (void)turns();
}

BlasTurn::BlasTurn() { turns().take(); }

BlasTurn::~BlasTurn() { turns().giveBack(); }

} // namespace core
