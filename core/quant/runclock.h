// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/shelf.h"
#include "core/quant/runparts.h"
#include "core/quant/runwork.h"

#include <optional>

namespace core {

/// What is left of a run, by the clock: what its phases were expected to take, corrected by what
/// the finished ones took.
class RunClock {
public:
    RunClock() = default;
    /// `expected` as RunWork::without gives it for what `found` says lies finished on the shelf.
    RunClock(const RunWork& expected, std::vector<bool> found);
    /// Of a run that takes what lies on `shelf` (null: nothing) under the keys of its parts. Reads
    /// no item.
    RunClock(const RunWork& whole, const std::vector<RunPart>& parts, const Shelf* shelf);

    /// How many of the parts are found.
    int found() const;

    /// `parts` of the run are finished `seconds` after its start (QuantizeOptions::partDone).
    void partDone(int parts, double seconds);
    /// Seconds that are left, `seconds` after the start. Nothing while no part is finished that
    /// tells.
    std::optional<double> left(double seconds) const;

private:
    std::vector<double> m_expected; ///< of the parts; importance and looking back count for the first layer
    std::vector<bool> m_found;
    double m_importance = 0;
    std::size_t m_done = 0;
    double m_at = 0; ///< when the last part was finished
    double m_taken = 0, m_takenExpected = 0; ///< of the layers that were rounded
    double m_firstTaken = 0, m_firstExpected = 0; ///< of the first of them, importance included
};

} // namespace core
