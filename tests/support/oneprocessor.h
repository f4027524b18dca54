// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sched.h>

namespace support {

/// While it lives, the calling thread may use one processor only, so that parallelFor uses one
/// thread.
class OneProcessor {
public:
    OneProcessor();
    ~OneProcessor();
    OneProcessor(const OneProcessor&) = delete;
    OneProcessor& operator=(const OneProcessor&) = delete;

private:
    cpu_set_t m_before;
};

} // namespace support
