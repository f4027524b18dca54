// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace core {

/// One way to store a tensor.
struct MixOption {
    std::uint64_t bytes = 0;
    double loss = 0;
};

/// Which way to store each of many tensors, so that together they lose least within a number of
/// bytes: the multiple-choice knapsack problem. Losses add up. Immutable; safe to use from several
/// threads.
class MixFront {
public:
    /// `options` by tensor, none of them empty, bytes below 2⁵⁰ together.
    explicit MixFront(std::vector<std::vector<MixOption>> options);

    std::uint64_t leastBytes() const { return m_leastBytes; }
    std::uint64_t mostBytes() const { return m_mostBytes; } ///< more lose nothing less

    /// The option of each tensor, together at most `bytes`: the solution of the relaxed problem,
    /// whose one fraction is rounded down, and what then fits besides. Some 10 ms for 20,000
    /// tensors. Requires: bytes ≥ leastBytes().
    std::vector<std::size_t> quick(std::uint64_t bytes) const;
    /// The same, better: the tensors about which the relaxed problem is least decided (the core,
    /// Pisinger 1995) are chosen anew by dynamic programming. Exact for up to `coreSize` tensors
    /// but for losses that differ by one part in 10⁴. Some 0.1 s.
    std::vector<std::size_t> best(std::uint64_t bytes) const;

    std::uint64_t bytesOf(const std::vector<std::size_t>& chosen) const;
    double lossOf(const std::vector<std::size_t>& chosen) const;

    static constexpr std::size_t coreSize = 24;

private:
    /// From one option to the next along the lower convex hull of a tensor's options.
    struct Step {
        std::size_t tensor, to; ///< to: place among `hull`
        std::uint64_t bytes; ///< more
        double gain; ///< less loss
    };

    void addTensor(const std::vector<MixOption>& options);
    /// Steps that are taken in full for `bytes`.
    std::size_t stepsWithin(std::uint64_t bytes) const;
    /// Places on the hull of each tensor after the first `steps` steps.
    std::vector<std::size_t> placesAfter(std::size_t steps) const;
    std::vector<std::size_t> coreAround(std::size_t step) const;
    /// Takes every option that loses less and fits, the steepest first.
    void fill(std::vector<std::size_t>& chosen, std::uint64_t bytes) const;

    std::vector<std::vector<MixOption>> m_options;
    std::vector<std::vector<std::size_t>> m_fronts; ///< options that none of at most their bytes
                                                    ///< beats, by bytes
    std::vector<std::vector<std::size_t>> m_hulls; ///< of these the convex ones
    std::vector<Step> m_steps; ///< steepest first
    std::vector<std::uint64_t> m_stepBytes; ///< of the steps up to each, together
    std::uint64_t m_leastBytes = 0, m_mostBytes = 0;
};

} // namespace core
