// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"
#include "core/quant/recipe.h"

#include <vector>

namespace core {

/// A recipe that gives each matrix the format that `formats` says (by tensor of `checkpoint`; null:
/// whatever), in few rules: for each role the most frequent format, before it the others by
/// their layers; tensors of no known role by name. The rest of it is `recipe`'s.
Recipe foldedRecipe(
    const Checkpoint& checkpoint, const std::vector<const Format*>& formats, const Recipe& recipe);

} // namespace core
