// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/tensorrow.h"

namespace widgets {

std::uint64_t TensorRow::recipeBytes() const
{
    if (!recipeFormat || !recipeFormat->fits(std::size_t(columns)))
        return 0;
    return recipeFormat->tensorBytes(std::uint64_t(rows), std::size_t(columns));
}

} // namespace widgets
