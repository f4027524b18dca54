// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/model/layer.h"
#include "core/model/recurrentstate.h"

namespace core {

/// What shortconv.out_proj reads in a layer with a short convolution: with B, C and x the thirds of
/// shortconv.in_proj · `input` (sequences × length, hidden), C ∘ convolution(B ∘ x), causal and
/// from zeros in each sequence; with a `state` (may be null), the only sequence goes on from it and
/// moves it on. (sequences × length, hidden). On all processors, the same bits for any number of
/// them. Source: Lfm2ShortConv of transformers 5.24, llama.cpp's src/models/lfm2.cpp.
Matrix shortConvolutionContext(const MatrixView& input, const LayerWeights& weights, int length,
    RecurrentState* state, const Progress& progress);

/// The same of B, C and x, (sequences × length, hidden) each.
Matrix shortConvolved(const MatrixView& B, const MatrixView& C, Matrix x,
    const LayerWeights& weights, int length, RecurrentState* state, const Progress& progress);

} // namespace core
