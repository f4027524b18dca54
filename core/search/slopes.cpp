// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/slopes.h"

#include "core/base/blas.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cassert>

namespace core {

namespace {

    using Index = Eigen::Index;

    /// Rows of a LinearGradient that belong to one stretch.
    struct Run {
        Index first, rows;
        std::size_t stretch;
    };

    /// What every candidate changes in some rows of a tensor: (candidates, rows × columns).
    Matrix changes(
        const Tensor& tensor, const std::vector<Candidate>& candidates, Index first, Index rows)
    {
        const Matrix W = decodeRows(tensor, first, rows);
        Matrix result(Index(candidates.size()), W.size());
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            const Matrix rounded = decodeRows(*candidates[i].rounded, first, rows);
            Eigen::Map<Matrix>(result.row(Index(i)).data(), W.rows(), W.cols()) = rounded - W;
        }
        return result;
    }

    /// Rows of a tensor that a task takes: some 32,768 weights, and enough of them for a product.
    Index rowsATask(Index columns)
    {
        constexpr Index weights = 1 << 15, least = 16;
        return std::max(least, weights / columns);
    }

    /// ⟨G_b, ΔW⟩ over the columns first … first + rows − 1 of shown.g: (runs, candidates).
    Matrix productsOf(const LinearGradient& shown, const std::vector<Run>& runs, Index first,
        Index rows, const Matrix& change)
    {
        constexpr std::size_t together = 32; // runs, so that their gradients stay in a cache
        Matrix products(Index(runs.size()), change.rows());
        Matrix G(Index(std::min(together, runs.size())), change.cols());
        for (std::size_t start = 0; start < runs.size(); start += together) {
            const Index count = Index(std::min(together, runs.size() - start));
            for (Index i = 0; i < count; ++i) {
                const Run& run = runs[start + std::size_t(i)];
                const auto g = shown.g.block(run.first, first, run.rows, rows);
                const auto x = shown.x.middleRows(run.first, run.rows);
                blas::multiply(blas::Side::Transposed, blas::Side::Plain, rows, x.cols(), run.rows,
                    1.0f, { g.data(), g.outerStride() }, { x.data(), x.outerStride() }, 0.0f,
                    { G.row(i).data(), x.cols() });
            }
            setProductTransposed(
                products.middleRows(Index(start), count), G.topRows(count), change);
        }
        return products;
    }

} // namespace

SlopeObserver::SlopeObserver(const Checkpoint& checkpoint,
    std::vector<std::vector<Candidate>>& candidates, const std::vector<std::vector<int>>& sequences,
    const Importance& importance, const Progress& progress)
    : m_checkpoint(checkpoint)
    , m_candidates(candidates)
    , m_sequences(sequences)
    , m_importance(importance)
    , m_progress(progress)
    , m_length(int(sequences.front().size()))
    , m_stretches((m_length + stretch - 1) / stretch)
    , m_sums(checkpoint.tensors().size())
{
}

std::size_t SlopeObserver::stretchOf(Index token) const
{
    const Index sequence = token / m_length, position = token % m_length;
    return std::size_t(sequence * m_stretches + position / stretch);
}

MatrixD& SlopeObserver::sumsOf(std::size_t tensor)
{
    MatrixD& sums = m_sums[tensor];
    if (sums.size() == 0) {
        roundCandidates(m_checkpoint, m_candidates[tensor], m_importance, m_progress);
        sums = MatrixD::Zero(
            Index(m_sequences.size()) * m_stretches, Index(m_candidates[tensor].size()));
    }
    return sums;
}

void SlopeObserver::linearGradient(const LinearGradient& shown)
{
    const std::size_t index = m_checkpoint.indexOf({ shown.role, shown.layer });
    const std::vector<Candidate>& candidates = m_candidates[index];
    if (candidates.empty() || shown.x.rows() == 0)
        return;
    MatrixD& sums = sumsOf(index);
    std::vector<Run> runs;
    for (Index row = 0; row < shown.x.rows(); ++row) {
        const std::size_t of = stretchOf(shown.token(row));
        if (runs.empty() || runs.back().stretch != of)
            runs.push_back({ row, 0, of });
        ++runs.back().rows;
    }
    const Tensor& tensor = m_checkpoint.tensors()[index];
    const Index step = rowsATask(Index(tensor.columns)), outputs = shown.g.cols();
    std::vector<Matrix> products(std::size_t((outputs + step - 1) / step));
    parallelFor(products.size(), [&](std::size_t task) {
        m_progress.checkCancelled();
        const Index first = Index(task) * step, rows = std::min(step, outputs - first);
        products[task] = productsOf(
            shown, runs, first, rows, changes(tensor, candidates, shown.firstOutput + first, rows));
    });
    for (const Matrix& product : products)
        for (std::size_t i = 0; i < runs.size(); ++i)
            sums.row(Index(runs[i].stretch)) += product.row(Index(i)).cast<double>();
}

void SlopeObserver::embeddingGradient(const EmbeddingGradient& shown)
{
    const MatrixView& g = shown.g;
    const std::size_t index = m_checkpoint.indexOf({ shown.role });
    const std::vector<Candidate>& candidates = m_candidates[index];
    if (candidates.empty())
        return;
    MatrixD& sums = sumsOf(index);
    const Tensor& tensor = m_checkpoint.tensors()[index];
    Matrix products(g.rows(), Index(candidates.size()));
    constexpr Index step = 32; // tokens
    parallelFor(std::size_t((g.rows() + step - 1) / step), [&](std::size_t task) {
        m_progress.checkCancelled();
        const Index first = Index(task) * step;
        for (Index row = first; row < std::min(first + step, g.rows()); ++row) {
            const Index token = shown.firstToken + row;
            const int id
                = m_sequences[std::size_t(token / m_length)][std::size_t(token % m_length)];
            products.row(row)
                = (changes(tensor, candidates, id, 1).middleCols(shown.firstColumn, g.cols())
                    * g.row(row).transpose())
                      .transpose();
        }
    });
    for (Index row = 0; row < g.rows(); ++row)
        sums.row(Index(stretchOf(shown.firstToken + row))) += products.row(row).cast<double>();
}

std::vector<SlopeSums> SlopeObserver::slopes(std::size_t tensor, std::size_t candidate) const
{
    std::vector<SlopeSums> slopes(m_sequences.size());
    const MatrixD& sums = m_sums[tensor];
    for (std::size_t sequence = 0; sequence < slopes.size() && sums.size() > 0; ++sequence) {
        const auto own
            = sums.col(Index(candidate)).segment(Index(sequence) * m_stretches, m_stretches);
        slopes[sequence] = { float(own.sum()), float(own.squaredNorm()) };
    }
    return slopes;
}

} // namespace core
