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

/// result = x · scale · weights.
void scaledProduct(
    const float* x, float scale, const float* weights, std::size_t count, float* result);

/// Turns the pairs (a[i], b[i]) by their angles: (a·cos − b·sin, b·cos + a·sin).
void turnPairs(float* a, float* b, const float* cosine, const float* sine, std::size_t count);
/// The same for the pairs (x[2i], x[2i + 1]).
void turnNeighbours(float* x, const float* cosine, const float* sine, std::size_t count);

/// Σ e^(x − top).
double sumOfPowers(const float* x, std::size_t count, float top);
/// Σ e^(x − top) and Σ e^(x − top)·(x − y).
struct PowerSums {
    double sum = 0;
    double difference = 0;
};
PowerSums sumsOfPowers(const float* x, const float* y, std::size_t count, float top);

/// For every i: absoluteSums[i] += |x[i]|, squareSums[i] += x[i]², absmax[i] = max(absmax[i],
/// |x[i]|).
void addMagnitudes(
    const float* x, std::size_t count, double* absoluteSums, double* squareSums, float* absmax);

double sumOfSquares(const float* x, std::size_t count);
/// Σ weight_i (x_i − y_i)² and Σ weight_i x_i², in double; weights of 1 if `weights` is null.
struct SquareSums {
    double difference = 0;
    double square = 0;
};
SquareSums squareSums(const float* x, const float* y, const float* weights, std::size_t count);
/// The largest magnitude, 0 of none. NaN is passed over.
float largestMagnitude(const float* x, std::size_t count);
/// The largest value, −∞ of none. NaN is passed over.
float largest(const float* x, std::size_t count);
/// Whether none is infinite or NaN.
bool allFinite(const float* x, std::size_t count);

} // namespace core::vectormath
