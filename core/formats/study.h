// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/formats/format.h"

#include <optional>

namespace core {

// Study formats are number formats of the literature that no GGUF file holds: for looking at,
// comparing and teaching. A name says all of one:
//   INT8_SYM_TENSOR   integers of 8, 4, 3 or 2 bits, SYM or ASYM
//   NF4_G64           4-bit NormalFloat; NF4_DQ_G64 with double quantization (groups only)
//   FP8_E4M3_CHANNEL  8-bit floats, E4M3 or E5M2; FP8_E4M3 without a scale
//   LOG4_G32          powers of two and 0: LOG4 from 1 to 2⁻⁶, LOG3 to 2⁻²
//   TERNARY_G64       −s, 0, s;  BINARY_G64  −s, s
// and ends with what shares a scale: TENSOR, CHANNEL (a row) or G and a number of weights.
//
// Bytes of one block (a group, or a row where CHANNEL or TENSOR share):
//   scale   binary16, rounded up; F32 for CHANNEL, TENSOR, NF4 and FP8
//   zero    ASYM only: code of the weight 0, one byte
//   codes   an index into the levels a weight: `bits` bits each, the first in the lowest bits;
//           FP8 the number itself; TERNARY five a byte, as digits of base 3, the first the lowest
// A weight is scale·level, with ASYM scale·code − scale·zero.
// NF4_DQ: as many groups as divide a row's, at most 16, are one block:
//   0–1     mean of the groups' scales, binary16
//   2–3     unit of their deviations, binary16
//   4–      a group's deviation in that unit, E4M3, one byte each; then the codes
// Where TENSOR shares, each row holds a copy of scale and zero; sizes count it once.

/// What a study format is.
struct Study {
    enum class Kind {
        Symmetric,
        Asymmetric,
        NormalFloat,
        DoubleNormalFloat,
        E4M3,
        E5M2,
        Logarithmic,
        Ternary,
        Binary
    } kind;
    enum class Sharing { Nothing, Tensor, Channel, Group } sharing;
    int bits; ///< of a code: 8, 4, 3, 2, 1; Ternary 2, of which it stores 1.6
    int groupSize; ///< weights that share a scale; 0: a row, whose length is not known yet
    int groups; ///< in a block: over 1 for DoubleNormalFloat only
    std::span<const float> levels; ///< ascending

    /// Scale and zero of one group.
    struct Scale {
        float step = 0;
        int zero = 0;
    };
    std::optional<Scale> fitted{}; ///< of the whole tensor
};

/// The study format of that name, or null. Lives as long as the program. Where a row shares a
/// scale, it fits no row until formatForRows has made it one for rows of some length.
const Format* findStudyFormat(std::string_view name);

/// What people are offered in lists: one or a few sizes of each kind, from many to few bits.
std::span<const Format* const> studyFormats();

/// The format in which rows of `columns` weights are stored if they are to be in `format`: itself
/// unless it is a study format whose blocks depend on a row. A study format whose groups do not
/// divide the row gives that with one scale a row. Has the same name but in that last case.
const Format* formatForRows(const Format* format, std::int64_t columns);

/// Whether both are one choice: equal, or one study format for rows of different lengths.
bool isSameFormat(const Format* a, const Format* b);

/// What a scale for all weights of a tensor is fitted to.
struct WeightRange {
    float min = 0, max = 0; ///< 0 included
    double magnitudes = 0; ///< Σ |w|
    std::uint64_t count = 0;

    void add(const MatrixView& weights);
    void add(const WeightRange& other);
};

} // namespace core
