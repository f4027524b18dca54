// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/perlayerinputs.h"

#include "core/base/matrixvector.h"
#include "core/base/parallel.h"
#include "core/model/linear.h"
#include "core/model/norm.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

namespace core {

namespace {

    using Index = Eigen::Index;

    constexpr Index rowsATask = 16;

    /// body(i) for i from 0 to count − 1, on all processors.
    template<typename Body>
    void forEach(Index count, const Body& body)
    {
        parallelFor(std::size_t((count + rowsATask - 1) / rowsATask), [&](std::size_t task) {
            const Index first = Index(task) * rowsATask;
            for (Index i = first; i < std::min(first + rowsATask, count); ++i)
                body(i);
        });
    }

    Matrix rowOf(const Tensor& table, int token)
    {
        const Matrix values = decodeRows(table, token, 1);
        requireFinite(table, values, token);
        return values;
    }

} // namespace

std::shared_ptr<const PerLayerInputs> PerLayerInputs::of(const Checkpoint& checkpoint)
{
    const ModelConfig& config = checkpoint.config();
    if (config.perLayerSize == 0)
        return nullptr;
    std::shared_ptr<PerLayerInputs> inputs(new PerLayerInputs);
    inputs->m_embedding = *checkpoint.find(Place{ Role::TokenEmbd });
    inputs->m_perLayer = *checkpoint.find(Place{ Role::TokenEmbdPerLayer });
    inputs->m_projection = *checkpoint.find(Place{ Role::PerLayerModelProj });
    const Matrix norm = decode(*checkpoint.find(Place{ Role::PerLayerProjNorm }));
    inputs->m_norm = Eigen::Map<const Vector>(norm.data(), norm.size());
    inputs->m_epsilon = config.normEpsilon;
    inputs->m_scale = float(config.embeddingScale / std::sqrt(double(config.hidden)));
    inputs->m_size = config.perLayerSize;
    return inputs;
}

PerLayerInputs::Projected PerLayerInputs::projected(
    std::span<const int> tokens, int layer, const Progress& progress) const
{
    const Index first = Index(layer) * m_size;
    Matrix embedded(Index(tokens.size()), m_embedding.columns);
    forEach(embedded.rows(),
        [&](Index i) { embedded.row(i) = rowOf(m_embedding, tokens[std::size_t(i)]); });
    Projected result;
    result.projection = decodeRows(m_projection, first, m_size); // of this layer: (size, hidden)
    requireFinite(m_projection, result.projection, first);
    result.made = linearProduct(embedded, result.projection, progress);
    result.made *= m_scale;
    return result;
}

Matrix PerLayerInputs::rows(std::span<const int> tokens, int layer, const Progress& progress) const
{
    std::vector<int> distinct(tokens.begin(), tokens.end());
    std::ranges::sort(distinct);
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    Matrix made = projected(distinct, layer, progress).made;
    forEach(made.rows(),
        [&](Index i) { finish(made.middleRows(i, 1), distinct[std::size_t(i)], layer); });
    Matrix result(Index(tokens.size()), m_size);
    forEach(result.rows(), [&](Index i) {
        const auto found = std::ranges::lower_bound(distinct, tokens[std::size_t(i)]);
        result.row(i) = made.row(found - distinct.begin());
    });
    return result;
}

Matrix PerLayerInputs::row(int token, int layer, const Progress& progress) const
{
    const Matrix projection
        = decodeFinite(rowsOf(m_projection, std::int64_t(layer) * m_size, m_size), progress);
    const Matrix embedded = rowOf(m_embedding, token);
    Matrix own(1, m_size);
    matrixvector::multiplyAll({ { projection, own.data() } }, embedded.data());
    own *= m_scale;
    finish(own, token, layer);
    return own;
}

void PerLayerInputs::finish(MatrixBlock own, int token, int layer) const
{
    normRow(own.data(), std::size_t(m_size), NormKind::RootMeanSquare, m_epsilon, m_norm.data(),
        nullptr, own.data());
    const Matrix all = rowOf(m_perLayer, token);
    own += std::sqrt(float(m_size)) * all.middleCols(Index(layer) * m_size, m_size);
    own *= std::sqrt(0.5f);
}

} // namespace core
