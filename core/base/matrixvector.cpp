// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/matrixvector.h"

#include "core/base/lanes.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cstring>

namespace core::matrixvector {

using Eigen::Index;
using lanes::Floats;

namespace {

    constexpr int places = 16; // partial sums of a row
    constexpr Index weightsATask = 1 << 16; // 256 KiB of matrix: some 20 µs

    /// Σ of sixteen partial sums, neighbours first.
    QUANTSCOPE_KERNEL float total(float* sums)
    {
        for (int half = places / 2; half > 0; half /= 2)
            for (int i = 0; i < half; ++i)
                sums[i] += sums[i + half];
        return sums[0];
    }

    /// `count` rows of A, `stride` floats apart, times x of `columns`. Several rows at a time, so
    /// that sums need not wait for each other.
    template<int width, int rows>
    QUANTSCOPE_KERNEL void dotRows(
        const float* A, Index stride, const float* x, Index columns, float* y)
    {
        constexpr int parts = places / width;
        Floats<width> sums[rows][parts]{};
        Index i = 0;
        for (; i + places <= columns; i += places)
            for (int part = 0; part < parts; ++part) {
                const auto factor = lanes::load<Floats<width>>(x + i + part * width);
                for (int row = 0; row < rows; ++row)
                    sums[row][part]
                        += factor * lanes::load<Floats<width>>(A + row * stride + i + part * width);
            }
        for (int row = 0; row < rows; ++row) {
            float all[places];
            std::memcpy(all, sums[row], sizeof(all));
            for (Index rest = i; rest < columns; ++rest)
                all[rest - i] += x[rest] * A[row * stride + rest];
            y[row] = total(all);
        }
    }

    template<int width>
    QUANTSCOPE_KERNEL void dotAllRows(
        const float* A, Index stride, Index count, const float* x, Index columns, float* y)
    {
        constexpr int together = width == 4 ? 2 : 4; // of as many sums as there are registers
        Index row = 0;
        for (; row + together <= count; row += together)
            dotRows<width, together>(A + row * stride, stride, x, columns, y + row);
        for (; row < count; ++row)
            dotRows<width, 1>(A + row * stride, stride, x, columns, y + row);
    }

    template<int width>
    QUANTSCOPE_KERNEL void addRows(
        const float* A, Index stride, Index count, const float* a, Index columns, float* y)
    {
        for (Index row = 0; row < count; ++row, A += stride) {
            const Floats<width> factor = Floats<width>{} + a[row];
            Index i = 0;
            for (; i + width <= columns; i += width)
                lanes::store(
                    lanes::load<Floats<width>>(y + i) + factor * lanes::load<Floats<width>>(A + i),
                    y + i);
            for (; i < columns; ++i)
                y[i] += a[row] * A[i];
        }
    }

    QUANTSCOPE_EVERY_WIDTH(void everyDotAllRows(const float* A, Index stride, Index count,
                               const float* x, Index columns, float* y),
        dotAllRows, (A, stride, count, x, columns, y))
    QUANTSCOPE_EVERY_WIDTH(void everyAddRows(const float* A, Index stride, Index count,
                               const float* a, Index columns, float* y),
        addRows, (A, stride, count, a, columns, y))

} // namespace

void multiply(const MatrixView& A, const float* x, float* y)
{
    everyDotAllRows(A.data(), A.outerStride(), A.rows(), x, A.cols(), y);
}

void combineRows(const MatrixView& A, const float* a, float* y)
{
    std::fill_n(y, A.cols(), 0.0f);
    everyAddRows(A.data(), A.outerStride(), A.rows(), a, A.cols(), y);
}

void multiplyAll(const std::vector<Product>& products, const float* x)
{
    struct Task {
        const Product* product;
        Index first, rows;
    };
    std::vector<Task> tasks;
    for (const Product& product : products) {
        const Index rows = product.A.rows();
        const Index step
            = std::max<Index>(4, weightsATask / std::max<Index>(1, product.A.cols()) / 4 * 4);
        for (Index first = 0; first < rows; first += step)
            tasks.push_back({ &product, first, std::min(step, rows - first) });
    }
    parallelFor(tasks.size(), [&](std::size_t i) {
        const auto& [product, first, rows] = tasks[i];
        multiply(product->A.middleRows(first, rows), x, product->y + first);
    });
}

} // namespace core::matrixvector
