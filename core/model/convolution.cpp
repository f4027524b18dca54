// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/convolution.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cassert>

namespace core {

namespace {

    using Index = Eigen::Index;

    constexpr Index convolvedWidth = 512; // channels of a task

    /// body(row of the sequence's first token, first channel, channels) for all sequences.
    template<typename Body>
    void forConvolved(const MatrixBlock& x, int length, const Progress& progress, const Body& body)
    {
        assert(length > 0 && x.rows() % length == 0);
        const Index blocks = (x.cols() + convolvedWidth - 1) / convolvedWidth;
        parallelFor(std::size_t(x.rows() / length * blocks), [&](std::size_t task) {
            progress.checkCancelled();
            const Index start = Index(task) / blocks * length;
            const Index column = Index(task) % blocks * convolvedWidth;
            body(start, column, std::min(convolvedWidth, x.cols() - column));
        });
    }

    /// The last `count` rows of `before` and `x`, one after the other; zeros where there are none.
    Matrix lastRows(const Matrix& before, const MatrixView& x, Index count)
    {
        Matrix last = Matrix::Zero(count, x.cols());
        for (Index i = 0; i < count; ++i) {
            const Index row = x.rows() - count + i; // of x
            if (row >= 0)
                last.row(i) = x.row(row);
            else if (row + before.rows() >= 0)
                last.row(i) = before.row(row + before.rows());
        }
        return last;
    }

    /// The weights with a row a token under them: (kernel, channels).
    Matrix byToken(const Vector& weights, Index channels)
    {
        const Index kernel = weights.size() / channels;
        assert(weights.size() == kernel * channels);
        return Eigen::Map<const Matrix>(weights.data(), channels, kernel).transpose();
    }

} // namespace

void convolveCausally(MatrixBlock x, const Vector& weights, int length, Matrix* before,
    const std::function<void(float*, std::size_t)>& finish, const Progress& progress)
{
    const Matrix taps = byToken(weights, x.cols());
    const Index kernel = taps.rows();
    assert(
        !before || (x.rows() == length && (before->size() == 0 || before->rows() == kernel - 1)));
    const Matrix earlier = before ? *before : Matrix();
    if (before)
        *before = lastRows(earlier, x, kernel - 1);
    forConvolved(x, length, progress, [&](Index start, Index column, Index channels) {
        // From the last token on: those before it are still as they were.
        for (Index token = length - 1; token >= 0; --token) {
            auto row = x.row(start + token).segment(column, channels);
            row.array() *= taps.row(kernel - 1).segment(column, channels).array();
            for (Index back = 1; back < std::min(kernel, token + 1 + earlier.rows()); ++back) {
                const float* read = token >= back ? &x(start + token - back, column)
                                                  : &earlier(earlier.rows() + token - back, column);
                row.array() += Eigen::Map<const Eigen::RowVectorXf>(read, channels).array()
                    * taps.row(kernel - 1 - back).segment(column, channels).array();
            }
            if (finish)
                finish(row.data(), std::size_t(channels));
        }
    });
}

void convolveBack(MatrixBlock g, const Vector& weights, int length, const Progress& progress)
{
    const Matrix taps = byToken(weights, g.cols());
    const Index kernel = taps.rows();
    forConvolved(g, length, progress, [&](Index start, Index column, Index channels) {
        // From the first token on: those behind it are still as they were.
        for (Index token = 0; token < length; ++token) {
            auto row = g.row(start + token).segment(column, channels);
            row.array() *= taps.row(kernel - 1).segment(column, channels).array();
            for (Index ahead = 1; ahead < std::min<Index>(kernel, length - token); ++ahead)
                row.array() += g.row(start + token + ahead).segment(column, channels).array()
                    * taps.row(kernel - 1 - ahead).segment(column, channels).array();
        }
    });
}

} // namespace core
