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
    constexpr Index floatsAhead = 192; // that are asked for; 128 to 256 are as good, none a third
                                       // slower
    constexpr Index weightsATask = 1 << 16; // 256 KiB of matrix: some 20 µs

    /// Σ of sixteen partial sums, neighbours first.
    QUANTSCOPE_KERNEL float total(float* sums)
    {
        for (int half = places / 2; half > 0; half /= 2)
            for (int i = 0; i < half; ++i)
                sums[i] += sums[i + half];
        return sums[0];
    }

    /// One row times x of `columns`. Row after row, not several at a time: the processor fetches
    /// one long run of memory ahead better than several short ones.
    template<int width>
    QUANTSCOPE_KERNEL float dotRow(const float* row, const float* x, Index columns)
    {
        constexpr int parts = places / width;
        Floats<width> sums[parts]{};
        Index i = 0;
        for (; i + places <= columns; i += places) {
            __builtin_prefetch(row + i + floatsAhead);
            for (int part = 0; part < parts; ++part)
                sums[part] += lanes::load<Floats<width>>(x + i + part * width)
                    * lanes::load<Floats<width>>(row + i + part * width);
        }
        float all[places];
        std::memcpy(all, sums, sizeof(all));
        for (Index rest = i; rest < columns; ++rest)
            all[rest - i] += x[rest] * row[rest];
        return total(all);
    }

    template<int width>
    QUANTSCOPE_KERNEL void dotRows(
        const float* A, Index stride, Index count, const float* x, Index columns, float* y)
    {
        for (Index row = 0; row < count; ++row)
            y[row] = dotRow<width>(A + row * stride, x, columns);
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

    QUANTSCOPE_EVERY_WIDTH(void everyDotRows(const float* A, Index stride, Index count,
                               const float* x, Index columns, float* y),
        dotRows, (A, stride, count, x, columns, y))
    QUANTSCOPE_EVERY_WIDTH(void everyAddRows(const float* A, Index stride, Index count,
                               const float* a, Index columns, float* y),
        addRows, (A, stride, count, a, columns, y))

} // namespace

void multiply(const MatrixView& A, const float* x, float* y)
{
    everyDotRows(A.data(), A.outerStride(), A.rows(), x, A.cols(), y);
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
