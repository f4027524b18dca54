// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/runclock.h"

#include <algorithm>
#include <numeric>

namespace core {

RunClock::RunClock(const RunWork& expected, std::vector<bool> found)
    : m_expected(expected.layers)
    , m_found(std::move(found))
    , m_importance(expected.importance + expected.lookingBack)
{
    m_expected.insert(m_expected.begin(), expected.embedding);
    m_expected.push_back(expected.output);
    m_found.resize(m_expected.size());
}

RunClock::RunClock(const RunWork& whole, const std::vector<RunPart>& parts, const Shelf* shelf)
{
    std::vector<bool> found;
    for (const RunPart& part : parts)
        found.push_back(shelf && shelf->has(part.key));
    *this = RunClock(whole.without(found), found);
}

int RunClock::found() const { return int(std::ranges::count(m_found, true)); }

void RunClock::partDone(int parts, double seconds)
{
    const std::size_t done = std::min(std::size_t(std::max(0, parts)), m_expected.size());
    if (done <= m_done)
        return;
    // A part that is found is said to be done before the paths have passed through it: the next
    // that is rounded takes that time in.
    double expected = 0;
    bool rounded = false;
    for (std::size_t i = m_done; i < done; ++i)
        rounded = rounded || !m_found[i];
    if (!rounded)
        return;
    for (std::size_t i = m_done; i < done; ++i)
        expected += m_expected[i];
    const double taken = seconds - m_at;
    const bool isLayer = done > 1 && done < m_expected.size();
    if (isLayer && m_firstExpected == 0) {
        m_firstTaken = taken;
        m_firstExpected = expected + m_importance;
    } else if (isLayer) {
        m_taken += taken;
        m_takenExpected += expected;
    }
    m_done = done;
    m_at = seconds;
}

std::optional<double> RunClock::left(double seconds) const
{
    if (m_firstExpected <= 0)
        return std::nullopt;
    // The first layer stands for the rest until there is a second: it may have had a walk before
    // it, whose part in it is only expected.
    const double ratio
        = m_takenExpected > 0 ? m_taken / m_takenExpected : m_firstTaken / m_firstExpected;
    const auto rest = m_expected.begin() + std::ptrdiff_t(m_done);
    const double expected = ratio * std::accumulate(rest, m_expected.end(), 0.0);
    const double inWork = m_done < m_expected.size() ? ratio * m_expected[m_done] : 0;
    return expected - std::min(inWork, std::max(0.0, seconds - m_at));
}

} // namespace core
