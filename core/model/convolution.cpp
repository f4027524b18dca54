// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/convolution.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cassert>

namespace core {

namespace {

    /// The last `count` rows of `before` and `x`, one after the other; zeros where there are none.
    Matrix lastRows(const Matrix& before, const MatrixView& x, Eigen::Index count)
    {
        Matrix last = Matrix::Zero(count, x.cols());
        for (Eigen::Index i = 0; i < count; ++i) {
            const Eigen::Index row = x.rows() - count + i; // of x
            if (row >= 0)
                last.row(i) = x.row(row);
            else if (row + before.rows() >= 0)
                last.row(i) = before.row(row + before.rows());
        }
        return last;
    }

} // namespace

void convolveCausally(MatrixBlock x, const Vector& weights, int length, Matrix* before,
    const std::function<void(float*, std::size_t)>& finish, const Progress& progress)
{
    using Index = Eigen::Index;
    constexpr Index width = 512; // channels of a task
    const Index kernel = weights.size() / x.cols();
    assert(length > 0 && x.rows() % length == 0 && weights.size() == kernel * x.cols());
    const Matrix byToken = Eigen::Map<const Matrix>(weights.data(), x.cols(), kernel).transpose();
    assert(
        !before || (x.rows() == length && (before->size() == 0 || before->rows() == kernel - 1)));
    const Matrix earlier = before ? *before : Matrix();
    if (before)
        *before = lastRows(earlier, x, kernel - 1);
    const Index blocks = (x.cols() + width - 1) / width;
    parallelFor(std::size_t(x.rows() / length * blocks), [&](std::size_t task) {
        progress.checkCancelled();
        const Index start = Index(task) / blocks * length, column = Index(task) % blocks * width;
        const Index channels = std::min(width, x.cols() - column);
        // From the last token on: those before it are still as they were.
        for (Index token = length - 1; token >= 0; --token) {
            auto row = x.row(start + token).segment(column, channels);
            row.array() *= byToken.row(kernel - 1).segment(column, channels).array();
            for (Index back = 1; back < std::min(kernel, token + 1 + earlier.rows()); ++back) {
                const float* read = token >= back ? &x(start + token - back, column)
                                                  : &earlier(earlier.rows() + token - back, column);
                row.array() += Eigen::Map<const Eigen::RowVectorXf>(read, channels).array()
                    * byToken.row(kernel - 1 - back).segment(column, channels).array();
            }
            if (finish)
                finish(row.data(), std::size_t(channels));
        }
    });
}

} // namespace core
