// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/generate/tokenstep.h"

namespace core {

// The mixers of a layer for one token: `input` (1, hidden) from attentionInput becomes what
// spec.mixerOutput() reads, (1, mixed channels), and the token becomes part of the memory. Each
// requires a layer with that mixer.

Matrix stepAttention(const Matrix& input, const LayerStep& step);
Matrix stepLatentAttention(const Matrix& input, const LayerStep& step);
Matrix stepDeltaNet(const Matrix& input, const LayerStep& step);
Matrix stepShortConvolution(const Matrix& input, const LayerStep& step);

} // namespace core
