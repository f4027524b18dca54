// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/oneprocessor.h"

#include <stdexcept>

namespace support {

OneProcessor::OneProcessor()
{
    if (sched_getaffinity(0, sizeof(m_before), &m_before) != 0)
        throw std::runtime_error("the processors of this thread cannot be read");
    int first = 0;
    while (!CPU_ISSET(first, &m_before))
        ++first;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    if (sched_setaffinity(0, sizeof(one), &one) != 0)
        throw std::runtime_error("the processors of this thread cannot be set");
}

OneProcessor::~OneProcessor() { sched_setaffinity(0, sizeof(m_before), &m_before); }

} // namespace support
