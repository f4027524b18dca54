// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <vector>

/// Rows that encoders find hard, and importances to go with them: the same every time.
namespace hardrows {

/// Weights of every row: three super-blocks, so that a row's statistics are not a block's.
constexpr std::size_t columns = 768;

struct Rows {
    std::string name;
    std::vector<float> values; ///< (rows, columns)

    std::size_t count() const { return values.size() / columns; }
    const float* row(std::size_t index) const { return values.data() + index * columns; }
};

/// Random of several distributions, constant, all-zero, one outlier, sparse, one sign only, zero
/// groups between others, on a grid, subnormal, beyond a half's range, near the largest float, just
/// below powers of two.
const std::vector<Rows>& weights();

/// The first rows of the bundled model's weights. `count` rows of `columns`.
Rows sampleWeights(std::size_t count);

/// None (no values), then one row each: even, spread over decades, with zeros, all zero.
const std::vector<Rows>& importances();

/// `count` normally distributed weights of standard deviation 1.
std::vector<float> normalWeights(std::size_t count);

std::vector<std::byte> randomBytes(std::size_t count);

} // namespace hardrows
