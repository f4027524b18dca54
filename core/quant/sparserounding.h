// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/layerrounding.h"

namespace core {

class LayerInWork;

/// Rounds a feed-forward that has experts, with what lies beside them, and moves both `paths`
/// through it. `read`: the hidden states that it reads, those of `paths` but in a parallel layer.
/// Throws Error, Cancelled.
void roundSparse(
    LayerInWork& layer, const LayerPaths& paths, const LayerPaths& read, const Progress& progress);

} // namespace core
