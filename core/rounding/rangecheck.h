// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/formats/format.h"
#include "core/rounding/matrixrows.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace core {

/// Why a format does not hold some weights: its scales, or its numbers, end before they do.
struct RangeFault {
    enum class Kind { TooLarge, TooSmall } kind;
    float value; ///< largest magnitude of the block that shows it
};

/// "values up to 3e+07 are too large for Q4_K", "values of at most 2e-09 are too small for Q8_0".
std::string rangeText(const RangeFault& fault, const Format& format);

/// Whether a format holds the range of a matrix that is looked at some rows at a time. Blocks of
/// ordinary magnitude are only measured; the others are rounded, once as they are and once times
/// a power of two that brings them to where the scales have room. On the same grid the two differ
/// by nothing but the range, so a format that is honestly coarse passes. A block that loses a
/// quarter of what it could keep counts if it carries weight: more than 2⁻⁴⁰ of the root mean
/// square of the matrix. A study format, which is there to show such losses, only has to stay
/// finite.
class RangeCheck {
public:
    explicit RangeCheck(const Format& format);

    /// Takes rows in. Requires: format.fits(W.cols()), finite weights. On all processors, the same
    /// result for any number of them.
    void add(const MatrixView& W);
    /// The same, as they are asked for; those that are not fit to be used are left out. Throws
    /// Cancelled.
    void add(const MatrixRows& W, const Progress& progress);

    /// What is wrong with the rows so far; nothing if the format holds them.
    std::optional<RangeFault> fault() const;

private:
    /// What blocks add up to.
    struct Sums {
        double energy = 0, weights = 0; ///< Σ w² and their number, of all blocks
        double error = 0, comfortable = 0; ///< Σ (w − ŵ)² of blocks that were rounded
        float largestRounded = 0; ///< magnitude
        float notFinite = 0; ///< largest magnitude of a block that decodes to infinity or NaN
        double lostSquare = 0; ///< mean square of the heaviest block that is lost
        float lost = 0; ///< its largest magnitude
        void add(const Sums& other);
    };
    struct Errors {
        double energy = 0, error = 0;
        bool isFinite = true;
    };

    void lookAt(const float* w, std::size_t count, Sums& sums) const;
    Errors errorsOf(const float* w, std::size_t count) const;
    void findRoom();

    const Format& m_format;
    float m_least = 0, m_most = 0; ///< magnitudes between which a block is known to be held
    Sums m_sums;
};

/// What became of a row of weights.
struct RowResult {
    double energy = 0; ///< Σ w² of the weights
    float magnitude = 0; ///< the largest of the weights, where something is wrong
    bool isFinite = true; ///< the rounded ones
    bool isZero = false; ///< all the rounded ones
};
RowResult rowResult(const float* weights, const float* rounded, std::size_t columns);
/// The same where Σ w² is known, and `difference` is finite only if all of `rounded` are: with any
/// weights Σ weight·(w − ŵ)² is such a sum.
RowResult rowResult(const float* weights, const float* rounded, std::size_t columns,
    double difference, double energy);
/// What is wrong with a matrix whose rows became that: as below.
std::optional<RangeFault> faultOfRows(std::span<const RowResult> rows);

/// What is wrong with `rounded`, which is to stand for `W`: a value that is not finite, or a row
/// that carries weight and has become zeros.
std::optional<RangeFault> faultOfResult(const MatrixView& W, const MatrixView& rounded);

/// The format of fewest bits that holds `W` for certain but for its precision: BF16 or F32.
const Format* wideFormat(const MatrixView& W);

} // namespace core
