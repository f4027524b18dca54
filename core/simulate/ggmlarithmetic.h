// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/walk.h"

#include <map>
#include <span>
#include <utility>
#include <vector>

namespace core {

/// How ggml's processor code rounds what a matrix of `format` is multiplied with: `row` (in) to F16
/// or BF16 where the matrix is, to 8 bits in blocks of 256 (Q8_K) where the format has blocks of
/// 256, else in blocks of 32 (Q8_0); F32 leaves it. As ggml_get_type_traits_cpu's vec_dot_type and
/// quantize_row_q8_0 (that of x86 and ARM, not the plain one), quantize_row_q8_K. Requires:
/// format.fits(row's length), no study format. Pure.
void roundAsGgml(const Format& format, std::span<float> row);

/// A model that computes as llama.cpp's processor code does: every linear layer and the head read
/// activations rounded by roundAsGgml; sums and attention in full precision. What is measured with
/// it is what that program will measure: over some thousands of tokens the logarithms of the
/// perplexity agree to about 1e-3.
/// Immutable; safe from several threads.
class GgmlArithmetic : public LinearArithmetic {
public:
    /// Throws Error if a matrix has a study format, or matrices that read the same input would have
    /// it rounded differently.
    explicit GgmlArithmetic(const Checkpoint& model);

    void prepare(LayerWeights&, int, const Progress&) const override { }
    void roundInput(
        LinearInput input, int layer, MatrixBlock x, const Progress& progress) const override;

private:
    std::map<std::pair<int, LinearInput>, const Format*> m_formats; ///< by layer and input
};

} // namespace core
