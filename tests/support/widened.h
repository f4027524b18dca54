// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"

#include <memory>

namespace support {

/// A model wired as `tiny` (a tinyArchitecture, opened) but 256 channels wide, with heads of the
/// same size and a feed-forward of 512, of 1024 where that is four times the width: rows fit every
/// format. Its weights are random, the same on every system, of the size that they have there. In
/// memory, with the tokenizer of `tiny`, which it keeps.
std::shared_ptr<const core::Checkpoint> widened(std::shared_ptr<const core::Checkpoint> tiny);

} // namespace support
