// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/quantizedrows.h"

#include <string>

namespace core {

/// A weight of F8_E4M3 or F8_E5M2 numbers that a scale multiplies: one for all, one a row, or one
/// for each rectangle (DeepSeek-V3's FP8: 128 × 128; `weight_scale_inv` multiplies, too).
class Float8Rows : public QuantizedRows {
public:
    /// `blockRows`, `blockColumns`: the rectangles that config.json speaks of. Throws Error for
    /// scales that do not fit.
    Float8Rows(StoredTensor weight, StoredTensor scales, std::int64_t blockRows,
        std::int64_t blockColumns);

    Matrix rows(std::int64_t first, std::int64_t count) const override;
    std::string grid() const override;

private:
    StoredTensor m_weight, m_scales;
    std::int64_t m_scaleRows = 1, m_scaleColumns = 1; ///< how many scales there are
    std::int64_t m_blockRows = 1, m_blockColumns = 1; ///< weights that share one
};

/// A weight of MXFP4: E2M1 numbers, the even ones of a byte in its lower half, and an E8M0 scale
/// for 32 of them. GGUF's MXFP4 holds the same.
class Mxfp4Rows : public QuantizedRows {
public:
    /// `codes`: columns / 2 bytes a row, `scales`: columns / 32, in whatever dimensions. Throws
    /// Error if they do not fit.
    Mxfp4Rows(std::int64_t rows, std::int64_t columns, StoredTensor codes, StoredTensor scales);

    Matrix rows(std::int64_t first, std::int64_t count) const override;
    std::string grid() const override;
    std::vector<std::byte> exactRows(
        const Format& format, std::int64_t first, std::int64_t count) const override;

private:
    const Format* findExactFormat() const override { return &formats::mxfp4; }

    StoredTensor m_codes, m_scales;
};

/// A weight of NVFP4: the same numbers, an E4M3 scale for 16 of them, and a factor of the tensor,
/// which multiplies (ModelOpt's weight_scale_2) or divides (compressed-tensors'
/// weight_global_scale).
class Nvfp4Rows : public QuantizedRows {
public:
    enum class Global { Multiplies, Divides };
    Nvfp4Rows(std::int64_t rows, std::int64_t columns, StoredTensor codes, StoredTensor scales,
        StoredTensor factor, Global global);

    Matrix rows(std::int64_t first, std::int64_t count) const override;
    std::string grid() const override;
    std::vector<std::byte> exactRows(
        const Format& format, std::int64_t first, std::int64_t count) const override;
    float tensorScale() const override;

private:
    /// NVFP4 where rows are whole blocks of 64 and no scale is negative or NaN.
    const Format* findExactFormat() const override;

    StoredTensor m_codes, m_scales, m_factor;
    Global m_global;
};

} // namespace core
