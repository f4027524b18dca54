// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/factors.h"
#include "core/rounding/gptq.h"

#include <cstddef>
#include <span>
#include <vector>

namespace core {

/// Columns of a matrix that are refined together, whole blocks, and what all its rows share.
struct Span {
    Eigen::Index first, width;
    Matrix H; ///< (width, width)
    Matrix U; ///< upper triangular, (H + damping)⁻¹ = Uᵀ U
    Matrix inverse; ///< Uᵀ U
};

/// The spans of a matrix of `factor`, in order; the last may be narrower. On all processors.
std::vector<Span> spansOf(const GptqFactor& factor, const Format& format, const Progress& progress);

/// Lowers E over some rows of one span while all other columns stay as they are. A step is kept
/// only where E falls. With Ŵ what is stored and G = (T−Ŵ) H, a change δ of a row's weights in the
/// span b changes E by −2 G_b·δ + δ H_bb δᵀ.
class SpanRefinement {
public:
    /// `stored` has the blocks of `rows` rows, `rowBytes` apart, the first of each that of the
    /// span; it and what the others refer to outlive this. `g` (rows, span.width) is G there.
    SpanRefinement(const Span& span, const Format& format, std::span<const float> importance,
        std::byte* stored, std::size_t rowBytes, Matrix g);

    /// Each row tries GPTQ afresh towards the best weights it could have given the rest,
    /// Ŵ_b + G_b H_bb⁻¹, with new scales; then the factors of the blocks' scales are fitted by
    /// least squares and stored as binary16; then each code moves to the best level.
    /// Returns by how much E fell.
    double run();

    /// What was added to the stored weights, (rows, span.width).
    Matrix change() const { return m_What - m_before; }

private:
    std::byte* blockAt(Eigen::Index row, Eigen::Index column) const;
    double tryAfresh();
    Matrix roundedAfresh(std::vector<std::byte>& bytes) const;
    double refitFactors();
    double refitBlock(Eigen::Index column, const BlockFactors& factors);
    double moveCodes();
    double moveCodes(Eigen::Index row, Eigen::Index column);

    const Span& m_span;
    const Format& m_format;
    std::span<const float> m_importance; ///< of the span's columns
    std::byte* m_stored;
    std::size_t m_rowBytes;
    Matrix m_g, m_What, m_before;
};

} // namespace core
