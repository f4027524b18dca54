// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"

namespace core {

/// Throws Error if `file` cannot be the model that `original` is, in whatever formats: another
/// architecture or shape, a tensor of another shape, or other tokens, which is said where both have
/// a tokenizer and more than one token in a hundred differs (makers of files write some added
/// tokens otherwise).
void requireSameModel(const Checkpoint& file, const Checkpoint& original);

} // namespace core
