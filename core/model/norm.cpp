// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/norm.h"

#include "core/base/parallel.h"
#include "core/base/vectormath.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace core {

namespace {

    void layerNormRow(const float* x, std::size_t count, float epsilon, const float* weight,
        const float* bias, float* result)
    {
        double sum = 0;
        for (std::size_t i = 0; i < count; ++i)
            sum += double(x[i]);
        const double mean = sum / double(count);
        double squares = 0;
        for (std::size_t i = 0; i < count; ++i)
            squares += (double(x[i]) - mean) * (double(x[i]) - mean);
        const float scale = 1.0f / std::sqrt(float(squares / double(count)) + epsilon);
        for (std::size_t i = 0; i < count; ++i)
            result[i] = (x[i] - float(mean)) * scale * weight[i] + (bias ? bias[i] : 0);
    }

} // namespace

void normRow(const float* x, std::size_t count, NormKind kind, float epsilon, const float* weight,
    const float* bias, float* result)
{
    if (kind == NormKind::Layer)
        return layerNormRow(x, count, epsilon, weight, bias, result);
    const double meanSquare = vectormath::sumOfSquares(x, count) / double(count);
    const float scale = 1.0f / std::sqrt(float(meanSquare) + epsilon);
    vectormath::scaledProduct(x, scale, weight, count, result);
}

Matrix normed(const MatrixView& x, const Norm& norm, const Progress& progress)
{
    assert(x.cols() == norm.weight->size());
    Matrix result(x.rows(), x.cols());
    const float* bias = norm.bias && norm.bias->size() > 0 ? norm.bias->data() : nullptr;
    constexpr Eigen::Index tile = 64; // rows
    parallelFor(std::size_t((x.rows() + tile - 1) / tile), [&](std::size_t task) {
        progress.checkCancelled();
        const Eigen::Index first = Eigen::Index(task) * tile;
        for (Eigen::Index row = first; row < std::min(first + tile, x.rows()); ++row)
            normRow(x.data() + row * x.outerStride(), std::size_t(x.cols()), norm.kind,
                norm.epsilon, norm.weight->data(), bias, result.row(row).data());
    });
    return result;
}

} // namespace core
