// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/backwardsteps.h"

#include "core/base/blas.h"
#include "core/base/parallel.h"
#include "core/model/linear.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace core::backward {

void Step::show(Role role, const MatrixView& x, const MatrixView& g) const
{
    observer.linearGradient({ role, place.layer, 0, x, g, {}, place.firstToken });
}

void forTokens(Index rows, const Progress& progress, const std::function<void(Index)>& body)
{
    constexpr Index tile = 32;
    parallelFor(std::size_t((rows + tile - 1) / tile), [&](std::size_t task) {
        progress.checkCancelled();
        const Index first = Index(task) * tile;
        for (Index row = first; row < std::min(first + tile, rows); ++row)
            body(row);
    });
}

namespace {

    void throughTiles(MatrixBlock& result, const MatrixView& g, const MatrixView& weight,
        float kept, const Progress& progress)
    {
        assert(g.cols() == weight.rows() && result.cols() == weight.cols());
        if (g.cols() == 0)
            return;
        forLinearTiles(g.rows(), { weight.cols() }, progress, [&](const LinearTile& tile) {
            const auto rows = g.middleRows(tile.firstRow, tile.rows);
            const auto columns = weight.middleCols(tile.firstOutput, tile.outputs);
            auto block = result.block(tile.firstRow, tile.firstOutput, tile.rows, tile.outputs);
            blas::multiply(blas::Side::Plain, blas::Side::Plain, tile.rows, tile.outputs, g.cols(),
                1.0f, { rows.data(), rows.outerStride() },
                { columns.data(), columns.outerStride() }, kept,
                { block.data(), block.outerStride() });
        });
    }

} // namespace

Matrix throughLinear(const MatrixView& g, const MatrixView& weight, const Progress& progress)
{
    Matrix result = Matrix::Zero(g.rows(), weight.cols());
    MatrixBlock block = result;
    throughTiles(block, g, weight, 0, progress);
    return result;
}

void addThroughLinear(
    MatrixBlock result, const MatrixView& g, const MatrixView& weight, const Progress& progress)
{
    throughTiles(result, g, weight, 1, progress);
}

void addTransposedProduct(MatrixBlock c, const MatrixView& a, const MatrixView& b)
{
    assert(a.rows() == b.rows() && c.rows() == a.cols() && c.cols() == b.cols());
    if (c.size() == 0 || a.rows() == 0)
        return;
    blas::multiply(blas::Side::Transposed, blas::Side::Plain, c.rows(), c.cols(), a.rows(), 1.0f,
        { a.data(), a.outerStride() }, { b.data(), b.outerStride() }, 1.0f,
        { c.data(), c.outerStride() });
}

namespace {

    /// y = x r w with r = 1/√(mean x² + ε): r (w g) − x r³ mean(x w g).
    void throughRootMeanSquare(const float* x, const float* g, std::size_t count, float epsilon,
        const float* weight, float* result)
    {
        double squares = 0, products = 0;
        for (std::size_t i = 0; i < count; ++i) {
            squares += double(x[i]) * double(x[i]);
            products += double(x[i]) * double(weight[i]) * double(g[i]);
        }
        const double r = 1 / std::sqrt(squares / double(count) + double(epsilon));
        const double drawn = r * r * r * products / double(count);
        for (std::size_t i = 0; i < count; ++i)
            result[i] = float(r * double(weight[i]) * double(g[i]) - drawn * double(x[i]));
    }

    /// y = z w + b with z = (x − mean) r: r (h − mean h − z mean(h z)), h = w g.
    void throughLayerNorm(const float* x, const float* g, std::size_t count, float epsilon,
        const float* weight, float* result)
    {
        const double n = double(count);
        double sum = 0, squares = 0;
        for (std::size_t i = 0; i < count; ++i)
            sum += double(x[i]);
        const double mean = sum / n;
        for (std::size_t i = 0; i < count; ++i)
            squares += (double(x[i]) - mean) * (double(x[i]) - mean);
        const double r = 1 / std::sqrt(squares / n + double(epsilon));
        double meanH = 0, meanHz = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const double h = double(weight[i]) * double(g[i]);
            meanH += h / n;
            meanHz += h * (double(x[i]) - mean) * r / n;
        }
        for (std::size_t i = 0; i < count; ++i) {
            const double z = (double(x[i]) - mean) * r;
            result[i] = float(r * (double(weight[i]) * double(g[i]) - meanH - z * meanHz));
        }
    }

} // namespace

void throughNormRow(const float* x, const float* g, std::size_t count, NormKind kind, float epsilon,
    const float* weight, float* result)
{
    if (kind == NormKind::Layer)
        throughLayerNorm(x, g, count, epsilon, weight, result);
    else
        throughRootMeanSquare(x, g, count, epsilon, weight, result);
}

Matrix throughNorm(
    const MatrixView& x, const MatrixView& g, const Norm& norm, const Progress& progress)
{
    Matrix result(x.rows(), x.cols());
    forTokens(x.rows(), progress, [&](Index row) {
        throughNormRow(x.row(row).data(), g.row(row).data(), std::size_t(x.cols()), norm.kind,
            norm.epsilon, norm.weight->data(), result.row(row).data());
    });
    return result;
}

Matrix throughNormBefore(
    const MatrixView& hidden, Matrix g, std::optional<Role> role, const Step& step)
{
    if (!role)
        return g;
    const LayerSpec& spec = step.weights.spec;
    return throughNorm(hidden, g, { spec.norm, spec.epsilon, &step.weights.vector(*role), nullptr },
        step.progress);
}

Matrix throughWriter(const MatrixView& g, const MatrixView& x, Role writer,
    std::optional<Role> after, const Step& step)
{
    const LayerSpec& spec = step.weights.spec;
    Matrix scaled = spec.residualScale * g;
    if (!after)
        return scaled;
    Matrix written = linearProduct(x, step.weights.matrix(writer), step.progress);
    addBias(written, step.weights.biasOf(writer));
    return throughNorm(written, scaled,
        { spec.norm, spec.epsilon, &step.weights.vector(*after), nullptr }, step.progress);
}

PartGradients::PartGradients(
    const std::vector<Role>& parts, Index tokens, const LayerWeights& weights)
    : m_weights(weights)
{
    for (const Role part : parts) {
        const Role matrix = weights.placeOf(part).matrix;
        if (std::ranges::find(m_matrices, matrix, &std::pair<Role, Matrix>::first)
            == m_matrices.end())
            m_matrices.emplace_back(matrix, Matrix::Zero(tokens, weights.matrix(matrix).rows()));
    }
}

MatrixBlock PartGradients::part(Role part)
{
    const LayerWeights::PartPlace place = m_weights.placeOf(part);
    const auto found = std::ranges::find(m_matrices, place.matrix, &std::pair<Role, Matrix>::first);
    assert(found != m_matrices.end());
    return found->second.middleCols(place.first, place.rows);
}

Matrix PartGradients::throughMatrices(const MatrixView& x, const Step& step) const
{
    Matrix result = Matrix::Zero(x.rows(), x.cols());
    for (const auto& [role, g] : m_matrices) {
        step.show(role, x, g);
        addThroughLinear(result, g, m_weights.matrix(role), step.progress);
    }
    return result;
}

} // namespace core::backward
