// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sched.h>

/// While it lives, core::parallelFor has one processor; where there is only one anyway it changes
/// nothing.
class OneProcessor {
public:
    OneProcessor()
    {
        sched_getaffinity(0, sizeof(m_before), &m_before);
        int first = 0;
        while (!CPU_ISSET(first, &m_before))
            ++first;
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(first, &one);
        sched_setaffinity(0, sizeof(one), &one);
    }
    ~OneProcessor() { sched_setaffinity(0, sizeof(m_before), &m_before); }
    OneProcessor(const OneProcessor&) = delete;
    OneProcessor& operator=(const OneProcessor&) = delete;

private:
    cpu_set_t m_before;
};
