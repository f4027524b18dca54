// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/tokenweights.h"

#include "core/base/vectormath.h"

#include <cmath>

namespace core {

Vector tokenWeights(const MatrixView& residual)
{
    Vector weights(residual.rows());
    for (Eigen::Index row = 0; row < residual.rows(); ++row) {
        const double squares = vectormath::sumOfSquares(
            residual.data() + row * residual.outerStride(), std::size_t(residual.cols()));
        weights(row) = float(std::sqrt(double(residual.cols()) / (squares + 1e-30)));
        if (squares == 0)
            weights(row) = 1.0f;
    }
    return weights;
}

Vector gradientWeights(const Vector& energies)
{
    const Vector roots = energies.cwiseSqrt();
    const double mean = roots.cast<double>().mean();
    if (!(mean > 0) || !std::isfinite(mean))
        return Vector::Ones(energies.size());
    return (roots / float(mean)).cwiseSqrt();
}

} // namespace core
