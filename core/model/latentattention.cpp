// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/latentattention.h"

#include "core/base/parallel.h"
#include "core/model/attending.h"
#include "core/model/linear.h"
#include "core/model/norm.h"
#include "core/model/rotary.h"

#include <algorithm>
#include <utility>

namespace core {

namespace {

    using Index = Eigen::Index;

    Latents projected(const MatrixView& input, const LayerWeights& weights, const InnerInputs& seen,
        const Progress& progress)
    {
        const LatentSpec& spec = *weights.spec.attention.latent;
        Latents made;
        if (spec.queryRank > 0) {
            Matrix latent = latentQueryInput(input, weights, progress);
            if (seen)
                seen(LinearInput::LatentQuery, -1, latent);
            made.queries = linearProduct(latent, weights.matrix(Role::AttnQB), progress);
        } else {
            made.queries = linearProduct(input, weights.matrix(Role::AttnQ), progress);
        }
        made.keys = linearProduct(input, weights.matrix(Role::AttnKvAMqa), progress);
        return made;
    }

    void turn(Latents& latents, const AttentionSpec& spec, Positions positions)
    {
        const LatentSpec& latent = *spec.latent;
        const RotaryTable table(spec.rotary, positions.end(), positions.first);
        constexpr Index tile = 64;
        const Index rows = latents.queries.rows();
        parallelFor(std::size_t((rows + tile - 1) / tile), [&](std::size_t task) {
            const Index first = Index(task) * tile;
            for (Index row = first; row < std::min(first + tile, rows); ++row) {
                const int position = positions.first + int(row % positions.count);
                table.turn(latents.queries.row(row).data() + latent.plain, spec.heads, spec.headDim,
                    position);
                table.turn(
                    latents.keys.row(row).data() + latent.keyRank, 1, latent.turned, position);
            }
        });
    }

    /// Rows × queryScale of their position, as attention of other layers does it.
    void scaleByPosition(Matrix& queries, const AttentionSpec& spec, int length)
    {
        for (Index row = 0; row < queries.rows(); ++row)
            queries.row(row) *= queryScale(spec, row % length);
    }

} // namespace

Matrix latentQueryInput(
    const MatrixView& input, const LayerWeights& weights, const Progress& progress)
{
    const LatentSpec& spec = *weights.spec.attention.latent;
    return normed(linearProduct(input, weights.matrix(Role::AttnQA), progress),
        { NormKind::RootMeanSquare, spec.epsilon, &weights.vector(Role::AttnQANorm), nullptr },
        progress);
}

void finishLatents(
    Latents& latents, const LayerWeights& weights, Positions positions, const Progress& progress)
{
    const LatentSpec& spec = *weights.spec.attention.latent;
    latents.keys.leftCols(spec.keyRank) = normed(latents.keys.leftCols(spec.keyRank),
        { NormKind::RootMeanSquare, spec.epsilon, &weights.vector(Role::AttnKvANorm), nullptr },
        progress);
    turn(latents, weights.spec.attention, positions);
}

Latents attentionLatents(const MatrixView& input, const LayerWeights& weights, int length,
    const InnerInputs& seen, const Progress& progress)
{
    Latents latents = projected(input, weights, seen, progress);
    finishLatents(latents, weights, { 0, length }, progress);
    return latents;
}

Matrix latentQueries(const Latents& latents, int head, const LayerWeights& weights, int length,
    const InnerInputs& seen, const Progress& progress)
{
    const AttentionSpec& spec = weights.spec.attention;
    const LatentSpec& latent = *spec.latent;
    const Index column = Index(head) * spec.headDim;
    Matrix plain = latents.queries.middleCols(column, latent.plain);
    if (seen)
        seen(LinearInput::HeadQuery, head, plain);
    Matrix queries(plain.rows(), latent.keyRank + latent.turned);
    queries.leftCols(latent.keyRank) = linearProduct(plain,
        weights.matrix(Role::AttnKB).middleRows(Index(head) * latent.keyRank, latent.keyRank),
        progress);
    queries.rightCols(latent.turned)
        = latents.queries.middleCols(column + latent.plain, latent.turned);
    scaleByPosition(queries, spec, length);
    return queries;
}

Matrix latentsTaken(const Matrix& queries, const Matrix& keys, const AttentionSpec& spec,
    int length, const Progress& progress)
{
    const Index rank = spec.latent->keyRank;
    Matrix context(queries.rows(), rank);
    const int tiles = (length + queryTile - 1) / queryTile;
    parallelFor(std::size_t(queries.rows() / length) * std::size_t(tiles), [&](std::size_t task) {
        progress.checkCancelled();
        const int first = int(task) % tiles * queryTile;
        const Index start = Index(task) / tiles * length;
        const int count = std::min(queryTile, length - first);
        const int lowest = lowestKey(spec, first);
        const auto seen = keys.middleRows(start + lowest, first + count - lowest);
        attendRows(
            { queries.middleRows(start + first, count), seen, seen.leftCols(rank), first, lowest },
            context.middleRows(start + first, count), spec, nullptr);
    });
    return context;
}

Matrix attendedLatents(const Latents& latents, const LayerWeights& weights, int length,
    const InnerInputs& seen, const Progress& progress)
{
    const AttentionSpec& spec = weights.spec.attention;
    const LatentSpec& latent = *spec.latent;
    Matrix context(latents.queries.rows(), spec.context());
    for (int head = 0; head < spec.heads; ++head) {
        progress.checkCancelled();
        const Matrix queries = latentQueries(latents, head, weights, length, seen, progress);
        Matrix taken = latentsTaken(queries, latents.keys, spec, length, progress);
        if (seen)
            seen(LinearInput::HeadContext, head, taken);
        context.middleCols(Index(head) * latent.value, latent.value) = linearProduct(taken,
            weights.matrix(Role::AttnVB).middleRows(Index(head) * latent.value, latent.value),
            progress);
    }
    return context;
}

} // namespace core
