// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/backwardsteps.h"
#include "core/model/convolution.h"
#include "core/model/linear.h"

namespace core::backward {

Matrix throughShortConvolution(const MatrixView& g, const MatrixView& input, const Step& step)
{
    const Matrix& projection = step.weights.matrix(Role::ShortConvIn);
    const Vector& kernel = step.weights.vector(Role::ShortConvConv);
    const Index channels = projection.rows() / 3;
    const Matrix thirds = linearProduct(input, projection, step.progress);
    const auto B = thirds.leftCols(channels), C = thirds.middleCols(channels, channels);
    const auto x = thirds.rightCols(channels);
    Matrix convolved = B.cwiseProduct(x);
    convolveCausally(convolved, kernel, step.place.length, nullptr, {}, step.progress);
    Matrix gThirds(input.rows(), 3 * channels);
    gThirds.middleCols(channels, channels) = g.cwiseProduct(convolved);
    Matrix& gProduct = convolved; // its room, not needed any more
    gProduct = g.cwiseProduct(C);
    convolveBack(gProduct, kernel, step.place.length, step.progress);
    gThirds.leftCols(channels) = gProduct.cwiseProduct(x);
    gThirds.rightCols(channels) = gProduct.cwiseProduct(B);
    step.show(Role::ShortConvIn, input, gThirds);
    return throughLinear(gThirds, projection, step.progress);
}

} // namespace core::backward
