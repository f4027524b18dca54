// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

// The loops of a forward pass that are no matrix products, in the widest vectors of the processor
// at hand. Always 16 partial sums in the same places and no fused multiply-add, so that every
// processor gives the same bits. Pure; a NaN stays one.
namespace core::vectormath {

/// e^x, relative error below 2·10⁻⁷; x is first brought into [−87.3, 88].
void exp(const float* x, std::size_t count, float* result);

/// values = e^(scale·(values − largest)), then divided by their sum.
void softmax(float* values, std::size_t count, float scale);

/// result = gate / (1 + e^−gate) · up.
void siluTimes(const float* gate, const float* up, std::size_t count, float* result);

double sumOfSquares(const float* x, std::size_t count);
/// The largest value, −∞ of none. NaN is passed over.
float largest(const float* x, std::size_t count);
/// Whether none is infinite or NaN.
bool allFinite(const float* x, std::size_t count);

} // namespace core::vectormath
