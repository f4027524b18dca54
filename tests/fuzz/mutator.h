// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace fuzz {

/// Damages seeds at random, the same way in every run.
class Mutator {
public:
    /// Requires: `seeds` is not empty.
    Mutator(std::vector<std::string> seeds, unsigned number);

    /// A seed with 1 to 4 changes.
    std::string next();

private:
    std::size_t below(std::size_t limit); ///< 0 … limit − 1; 0 for limit 0
    std::size_t place(const std::string& bytes); ///< mostly near the start, where headers are
    void change(std::string& bytes);
    void overwriteNumber(std::string& bytes);
    void cutOrRepeat(std::string& bytes);

    std::vector<std::string> m_seeds;
    std::mt19937_64 m_generator;
};

} // namespace fuzz
