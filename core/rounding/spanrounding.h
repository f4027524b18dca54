// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/formats/format.h"

#include <cstddef>
#include <span>

namespace core {

/// Rounds `w` (rows, width), some rows of consecutive columns, by GPTQ: when the first column of a
/// block is reached, its scales are fitted on what `w` is by then, weighted by `importance`; then
/// each column is rounded on that grid and its error carried to the columns after it through `U`
/// (width, width), their part of the upper factor of the inverse Hessian. `width` is a number of
/// whole blocks. The blocks go to `stored`, its rows `rowBytes` apart. Afterwards `err` (rows,
/// width) has each column's error divided by U's diagonal, and `w` what each weight was when it was
/// rounded: what is stored is w − err · diag(U).
void roundSpan(const Format& format, const MatrixView& U, std::span<const float> importance,
    MatrixBlock w, MatrixBlock err, std::byte* stored, std::size_t rowBytes);

} // namespace core
