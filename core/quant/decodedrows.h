// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/model/tensor.h"
#include "core/rounding/judgedencoding.h"

#include <vector>

namespace core {

/// A tensor's rows, decoded when they are asked for. Rows that are asked for together with one that
/// is not finite are not given out; requireFinite() then says which it was.
class DecodedRows {
public:
    explicit DecodedRows(const Tensor& tensor); ///< `tensor` outlives it

    MatrixRows source(); ///< this outlives it

    /// Decodes all rows to look at them. Throws Cancelled.
    void look(const Progress& progress);

    /// Throws Error for the first weight of those asked for that is not finite, or if the file was
    /// changed.
    void requireFinite() const;

private:
    MatrixRows::Rows at(std::size_t first, std::size_t count, std::vector<float>& room);

    const Tensor& m_tensor;
    std::vector<char> m_isFinite; ///< of each row, which belongs to one task
};

} // namespace core
