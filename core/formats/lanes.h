// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstring>

/// Compiled for AVX2 too, chosen when the program starts. AVX2 does not bring fused multiply-adds.
#ifdef __x86_64__
#define QUANTSCOPE_VECTOR_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define QUANTSCOPE_VECTOR_CLONES
#endif

namespace core::formats {

/// Tries of a search that are computed side by side, one a lane, so that the sums of each try add
/// in the same order as one after the other. Passed by reference: by value they would need AVX.
constexpr int lanes = 8;
using Floats = float __attribute__((vector_size(4 * lanes)));
using Ints = std::int32_t __attribute__((vector_size(4 * lanes)));

inline void loadLanes(Floats& lanesOut, const float* values)
{
    std::memcpy(&lanesOut, values, sizeof(Floats));
}

inline void storeLanes(const Floats& lanesIn, float* values)
{
    std::memcpy(values, &lanesIn, sizeof(Floats));
}

/// nearestInt(x) held to lowest … highest, in every lane.
inline __attribute__((always_inline)) void nearestLevels(
    Floats& levels, const Floats& x, int lowest, int highest)
{
    const Floats shifted = x + 0x1.8p23f;
    Ints level = (reinterpret_cast<Ints>(shifted) & 0x007fffff) - 0x00400000;
    level = level < lowest ? Ints{} + lowest : level;
    level = level > highest ? Ints{} + highest : level;
    levels = __builtin_convertvector(level, Floats);
}

} // namespace core::formats
