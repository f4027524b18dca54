// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/groups.h"

#include <bit>
#include <cstddef>
#include <cstdint>

/// The searches for scales that the block formats share. The procedures are those of ggml
/// (ggml/src/ggml-quants.c of llama.cpp), whose bytes the encoders must give: each sum adds in the
/// same order, so results agree to the bit. All are pure.
namespace core::formats {

/// Groups whose largest weight is below this count as zero.
constexpr float zeroGroup = 1e-15f;

/// To the nearest integer, ties to even, for |x| < 2²²: adding 1.5·2²³ leaves the integer in the
/// lowest mantissa bits. For an infinity it gives −2²² and for a NaN 0, as ggml does.
inline int nearestInt(float x)
{
    return int(std::bit_cast<std::uint32_t>(x + 0x1.8p23f) & 0x007fffffu) - 0x00400000;
}

/// A scale for each group: code = half + nearestInt(inverse·x) held to −half … half − 1, weight =
/// scale·(code − half). A group of zeros has scale 0, inverse 0 and codes 0.
struct FoundScales {
    Sixteen scale;
    Sixteen inverse;
};

/// The scale d, of either sign, that minimises Σ weight·(x − d·l)² with l from −half to half − 1:
/// 19 roundings near the one that maps the largest weight to −half, each with its best d.
FoundScales searchScales(const Groups& groups, int half);

/// A level for each weight: [i][g].
using Levels = std::array<Sixteen, largestGroup>;

/// A scale for each group and the level of each weight.
struct FoundLevels {
    Sixteen scale;
    Levels levels;
};

/// Like searchScales, but from one rounding on, moving single codes while that improves: what ggml
/// does for Q3_K without importance. Levels from −half to half − 1. Four times sixteen groups at
/// once, into found[0 … 3].
constexpr std::size_t movedAtOnce = 4;
void searchScalesByMoves(
    const std::array<Groups, movedAtOnce>& groups, int half, FoundLevels* found);

/// Which roundings searchScalesAndMins tries: `steps` + 1 of them, number i with the step
/// (max − min) / (largestCode + first + i·stride).
struct RangeTries {
    float first;
    float stride;
    int steps;
    enum class Error { Square, Absolute } error;
};

/// The tries of every format that is encoded with importance.
constexpr RangeTries importanceTries{ -0.9f, 0.05f, 36, RangeTries::Error::Square };

/// A scale and a minimum, never negative, for each group: weight = scale·code − min, code =
/// nearestInt(inverse·(x − from)) held to 0 … largestCode.
struct FoundRanges {
    Sixteen scale;
    Sixteen min;
    Sixteen from;
    Sixteen inverse;
    Sixteen weight; ///< Σ weight of the group
};

/// The scale and the minimum that minimise Σ weight·|x − (scale·code − min)|² (or the absolute
/// error), codes from 0 to `largestCode`: each try's best pair by weighted least squares.
void searchScalesAndMins(
    const Groups& groups, int largestCode, const RangeTries& tries, FoundRanges& found);

/// The scale d >= 0 that minimises Σ weight·(x − d·code)² for x >= 0, codes from 0 to
/// `largestCode`, then single codes moved while that improves: rounds the scales of a super-block.
FoundLevels searchPositiveScales(const Groups& groups, int largestCode);

/// codes[i] = zeroCode + nearestInt((x[i] − from)·inverse) held to 0 … largestCode. Requires:
/// count a multiple of 16.
void roundByInverse(const float* x, int count, float from, float inverse, int zeroCode,
    int largestCode, std::uint8_t* codes);

/// The same of (x[i] − offset) / step: the code whose weight step·(code − zeroCode) + offset is
/// nearest to x[i].
void roundToGrid(const float* x, int count, float step, float offset, int zeroCode, int largestCode,
    std::uint8_t* codes);

} // namespace core::formats
