// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

/// The searches for scales that the block formats share. The procedures are those of ggml
/// (ggml/src/ggml-quants.c of llama.cpp), whose bytes the encoders must give: each sum adds in the
/// same order, so results agree to the bit. All are pure.
namespace core::formats {

/// The largest group that is searched at once.
constexpr int largestGroup = 32;

/// Groups whose largest weight is below this count as zero.
constexpr float zeroGroup = 1e-15f;

/// To the nearest integer, ties to even, for |x| < 2²²: adding 1.5·2²³ leaves the integer in the
/// lowest mantissa bits. For an infinity it gives −2²² and for a NaN 0, as ggml does.
inline int nearestInt(float x)
{
    return int(std::bit_cast<std::uint32_t>(x + 0x1.8p23f) & 0x007fffffu) - 0x00400000;
}

/// Σ x² of `count` weights, added in order.
float sumOfSquares(const float* x, std::size_t count);

/// The weight of the largest magnitude, the first of equals, with its sign.
float largestWeight(const float* x, int count);

/// weight[i] = importance[i]·√(variance + x[i]²): what an error at i costs.
void weighByImportance(
    const float* x, const float* importance, float variance, int count, float* weight);

/// The scale d, of either sign, that minimises Σ weight·(x − d·l)² with l from −half to half − 1:
/// 19 roundings near the one that maps the largest weight to −half, each with its best d.
/// Gives codes l + half. A null `weight` stands for x². A group of zeros has d = 0 and codes 0.
/// Requires: count <= largestGroup.
float searchScale(const float* x, const float* weight, int count, int half, std::uint8_t* codes);

/// Like searchScale with weights x², but from one rounding on, moving single codes while that
/// improves: what ggml does for Q3_K without importance.
float searchScaleByMoves(const float* x, int count, int half, std::uint8_t* codes);

/// A scale and a minimum: a weight is scale·code − min.
struct ScaleMin {
    float scale = 0.0f;
    float min = 0.0f; ///< never negative
};

/// Which roundings searchScaleAndMin tries: `steps` + 1 of them, number i with the step
/// (max − min) / (largestCode + first + i·stride).
struct RangeTries {
    float first;
    float stride;
    int steps;
    enum class Error { Square, Absolute } error;
};

/// The tries of every format that is encoded with importance.
constexpr RangeTries importanceTries{ -0.9f, 0.05f, 36, RangeTries::Error::Square };

/// The scale and the minimum that minimise Σ weight·|x − (scale·code − min)|² (or the absolute
/// error), codes from 0 to `largestCode`: each try's best pair by weighted least squares.
/// Requires: count <= largestGroup.
ScaleMin searchScaleAndMin(const float* x, const float* weight, int count, int largestCode,
    const RangeTries& tries, std::uint8_t* codes);

/// The scale d >= 0 that minimises Σ weight·(x − d·code)² for x >= 0, codes from 0 to
/// `largestCode`, then single codes moved while that improves: rounds the scales of a super-block.
float searchPositiveScale(
    const float* x, const float* weight, int count, int largestCode, std::uint8_t* codes);

/// codes[i] = the code from 0 to `largestCode` whose weight step·(code − zeroCode) + offset is
/// nearest to x[i].
void roundToGrid(const float* x, int count, float step, float offset, int zeroCode, int largestCode,
    std::uint8_t* codes);

} // namespace core::formats
