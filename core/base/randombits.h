// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace core {

/// 64 random bits for a counter: no state, the same for the same numbers, whoever asks and in
/// whichever order. The mixing function of SplitMix64 (Steele, Lea, Flood 2014), twice.
inline std::uint64_t randomBits(std::uint64_t seed, std::uint64_t counter)
{
    const auto mixed = [](std::uint64_t x) {
        x += 0x9e3779b97f4a7c15;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        return x ^ (x >> 31);
    };
    return mixed(mixed(seed) ^ counter);
}

} // namespace core
