// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace bench {

/// What a program, or a step of it, took of the machine.
struct Usage {
    double wall = 0; ///< seconds
    double processor = 0; ///< seconds of all threads
    double waited = 0; ///< seconds that its threads were ready and others had the processors
    double anonymous = 0; ///< bytes of memory that no file backs: the most there were
    double resident = 0; ///< the same with the pages of mapped files

    void add(const Usage& step);
    /// Processors that it kept busy, or would have on a machine of its own.
    double busy() const { return wall > 0 ? (processor + waited) / wall : 0; }
    /// Seconds on one thread, if at all other times all of `threads` were busy.
    double serial(unsigned threads) const;
    /// Their share of the time it would take on `threads`, told from what it took on `measured`.
    double serialShare(unsigned measured, unsigned threads) const;
};

/// A step as the program called it on its progress line, numbers left out ("Layer of").
struct Step {
    std::string name;
    Usage usage;
};

struct MeasuredRun {
    Usage all;
    std::vector<Step> steps; ///< in order, those of one name together
};

/// Runs a program on a terminal of its own, on which it shows its progress, and watches it a
/// hundred times a second. Its output is dropped. Throws core::Error with the last line it showed
/// if it fails.
MeasuredRun measureRun(const std::vector<std::string>& command);

} // namespace bench
