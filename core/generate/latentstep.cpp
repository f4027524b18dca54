// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/matrixvector.h"
#include "core/base/parallel.h"
#include "core/generate/mixerstep.h"
#include "core/generate/rowproduct.h"
#include "core/model/latentattention.h"
#include "core/model/norm.h"

#include <algorithm>

namespace core {

namespace {

    using Index = Eigen::Index;

    /// The token's queries, and the row that all heads attend to.
    Latents latentsOf(const Matrix& input, const LayerStep& step)
    {
        const LayerWeights& weights = step.weights;
        const LatentSpec& spec = *weights.spec.attention.latent;
        const Role queries = spec.queryRank > 0 ? Role::AttnQA : Role::AttnQ;
        std::vector<Matrix> made
            = productsOf({ weights.matrix(queries), weights.matrix(Role::AttnKvAMqa) }, input);
        Latents latents{ std::move(made[0]), std::move(made[1]) };
        if (spec.queryRank > 0) {
            const Norm norm{ NormKind::RootMeanSquare, spec.epsilon,
                &weights.vector(Role::AttnQANorm), nullptr };
            latents.queries = productOf(
                weights.matrix(Role::AttnQB), normed(latents.queries, norm, step.progress));
        }
        finishLatents(latents, weights, { step.token.position, 1 }, step.progress);
        return latents;
    }

    /// What one head makes of the latents that the token sees: its values at `context`.
    void attendLatents(int head, const Matrix& queries, const MatrixView& keys,
        const LayerWeights& weights, float* context)
    {
        const AttentionSpec& spec = weights.spec.attention;
        const LatentSpec& latent = *spec.latent;
        const float* own = queries.data() + Index(head) * spec.headDim;
        Vector query(latent.keyRank + latent.turned);
        matrixvector::multiply(
            weights.matrix(Role::AttnKB).middleRows(Index(head) * latent.keyRank, latent.keyRank),
            own, query.data());
        query.tail(latent.turned) = Eigen::Map<const Vector>(own + latent.plain, latent.turned);

        Vector scores(keys.rows()), taken(latent.keyRank);
        matrixvector::multiply(keys, query.data(), scores.data());
        weighScores(scores.data(), scores.size(), spec, nullptr);
        matrixvector::combineRows(keys.leftCols(latent.keyRank), scores.data(), taken.data());
        matrixvector::multiply(
            weights.matrix(Role::AttnVB).middleRows(Index(head) * latent.value, latent.value),
            taken.data(), context);
    }

} // namespace

Matrix stepLatentAttention(const Matrix& input, const LayerStep& step)
{
    const AttentionSpec& spec = step.weights.spec.attention;
    Latents latents = latentsOf(input, step);
    if (spec.temperature != 0)
        latents.queries *= queryScale(spec, step.token.position);
    step.memory.keys.append(latents.keys);
    const Index length = step.memory.keys.length();
    const Index seen = spec.window > 0 ? std::min<Index>(spec.window, length) : length;
    const MatrixView keys = step.memory.keys.rows().bottomRows(seen);
    Matrix context(1, spec.context());
    parallelFor(std::size_t(spec.heads), [&](std::size_t head) {
        attendLatents(int(head), latents.queries, keys, step.weights,
            context.data() + Index(head) * spec.latent->value);
    });
    return context;
}

} // namespace core
