// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/outputhessian.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/rounding/inversefactor.h"
#include "core/rounding/parallelproduct.h"

#include <cmath>

namespace core {

namespace {

    using Index = Eigen::Index;

    double meanDiagonal(const OutputHessian& outputs)
    {
        double sum = 0;
        Index rows = 0;
        for (const Matrix& block : outputs) {
            sum += block.diagonal().cast<double>().sum();
            rows += block.rows();
        }
        return rows > 0 ? sum / double(rows) : 0;
    }

} // namespace

std::vector<Index> outputBlocks(Index outputs)
{
    const Index count = (outputs + mostOutputsTogether - 1) / mostOutputsTogether;
    std::vector<Index> rows;
    for (Index i = 0; i < count; ++i)
        rows.push_back(outputs * (i + 1) / count - outputs * i / count);
    return rows;
}

OutputHessian someOutputs(const OutputHessian& outputs, Index stride)
{
    OutputHessian some;
    Index first = 0; // row of the matrix
    for (const Matrix& block : outputs) {
        const Index next = (first + stride - 1) / stride * stride - first;
        if (next < block.rows()) {
            const auto rows = Eigen::seq(next, block.rows() - 1, stride);
            some.push_back(block(rows, rows));
        }
        first += block.rows();
    }
    return some;
}

OutputFactor factorOutputs(const OutputHessian& outputs, double damping, const Progress& progress)
{
    const double mean = meanDiagonal(outputs);
    if (!std::isfinite(mean))
        throw Error("the gradients at a matrix's outputs are not finite, expected finite ones");
    OutputFactor factor;
    Index first = 0;
    for (const Matrix& block : outputs) {
        MatrixD A = block.cast<double>();
        if (mean > 0)
            A /= mean;
        const double own = A.diagonal().mean();
        const double added = own > 0 ? damping * own : 1;
        const auto U
            = inverseFactor(A, Eigen::VectorXd::Constant(A.rows(), added), progress.part(0, 0));
        if (!U)
            throw Error(text("the gradients at ", block.rows(),
                " outputs give no positive definite matrix, expected one"));
        A.diagonal().array() += added;
        factor.blocks.push_back({ first, A.cast<float>(), *U });
        first += block.rows();
    }
    return factor;
}

Matrix weighedOutputs(const OutputFactor& outputs, const Matrix& m, const Progress& progress)
{
    Matrix result(m.rows(), m.cols());
    for (const auto& block : outputs.blocks)
        multiplyInParallel(1.0f, block.A, m.middleRows(block.first, block.A.rows()),
            blas::Side::Plain, 0.0f, result.middleRows(block.first, block.A.rows()), progress);
    return result;
}

} // namespace core
