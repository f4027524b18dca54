// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

#include <cstddef>
#include <functional>
#include <vector>

namespace core {

/// A matrix whose rows are asked for some at a time: those of one in memory, or decoded when they
/// are needed, so that the whole never is.
struct MatrixRows {
    struct Rows {
        const float* weights; ///< the first; null: they are not fit to be used
        std::size_t stride; ///< from one row to the next
    };
    std::size_t rows = 0, columns = 0;
    /// Rows `first` … `first` + `count` − 1, which may lie in `room`. Called from several threads.
    std::function<Rows(std::size_t first, std::size_t count, std::vector<float>& room)> at;

    static MatrixRows of(const MatrixView& W); ///< `W` outlives it
};

} // namespace core
