// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/attention.h"

#include "core/base/parallel.h"
#include "core/base/vectormath.h"
#include "core/model/attending.h"
#include "core/model/deltanet.h"
#include "core/model/latentattention.h"
#include "core/model/linear.h"
#include "core/model/norm.h"
#include "core/model/rotary.h"
#include "core/model/shortconvolution.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>

namespace core {

namespace {

    using Index = Eigen::Index;

    /// body(row) for all rows, on all processors.
    void forRows(Index rows, const std::function<void(Index)>& body)
    {
        constexpr Index tile = 64;
        parallelFor(std::size_t((rows + tile - 1) / tile), [&](std::size_t task) {
            const Index first = Index(task) * tile;
            for (Index row = first; row < std::min(first + tile, rows); ++row)
                body(row);
        });
    }

    /// Takes the gate of each head from behind its query.
    void splitGate(AttentionHeads& heads, const AttentionSpec& spec)
    {
        const Matrix both = std::move(heads.q);
        heads.q.resize(both.rows(), spec.queries());
        heads.gate.resize(both.rows(), spec.queries());
        forRows(both.rows(), [&](Index row) {
            for (Index head = 0; head < spec.heads; ++head) {
                const auto ofHead
                    = both.row(row).segment(2 * head * spec.headDim, 2 * spec.headDim);
                heads.q.row(row).segment(head * spec.headDim, spec.headDim)
                    = ofHead.head(spec.headDim);
                heads.gate.row(row).segment(head * spec.headDim, spec.headDim)
                    = ofHead.tail(spec.headDim);
            }
        });
    }

    /// Norms the heads of one row of queries or keys, or the whole row.
    void normHeads(float* row, Index channels, const Vector& weight, const LayerWeights& weights)
    {
        const AttentionSpec& spec = weights.spec.attention;
        const float epsilon = weights.spec.epsilon;
        if (spec.norm == QueryKeyNorm::Whole)
            return normRow(row, std::size_t(channels), NormKind::RootMeanSquare, epsilon,
                weight.data(), nullptr, row);
        const bool isOwn = spec.norm == QueryKeyNorm::HeadLayer; // weights of its own
        const NormKind kind = isOwn ? NormKind::Layer : NormKind::RootMeanSquare;
        for (Index first = 0; first < channels; first += spec.headDim)
            normRow(row + first, std::size_t(spec.headDim), kind, epsilon,
                weight.data() + (isOwn ? first : 0), nullptr, row + first);
    }

    void normQueriesAndKeys(AttentionHeads& projected, const LayerWeights& weights)
    {
        if (weights.spec.attention.norm == QueryKeyNorm::None)
            return;
        const Vector& qNorm = weights.vector(Role::AttnQNorm);
        forRows(projected.q.rows(), [&](Index row) {
            normHeads(projected.q.row(row).data(), projected.q.cols(), qNorm, weights);
        });
        if (projected.k.size() == 0)
            return;
        const Vector& kNorm = weights.vector(Role::AttnKNorm);
        forRows(projected.k.rows(), [&](Index row) {
            normHeads(projected.k.row(row).data(), projected.k.cols(), kNorm, weights);
        });
    }

    /// Each head of the values divided by the root of its mean square.
    void normValues(AttentionHeads& projected, const LayerWeights& weights)
    {
        const AttentionSpec& spec = weights.spec.attention;
        if (!spec.normsValues)
            return;
        const Vector ones = Vector::Ones(spec.headDim);
        forRows(projected.v.rows(), [&](Index row) {
            float* values = projected.v.row(row).data();
            for (Index first = 0; first < projected.v.cols(); first += spec.headDim)
                normRow(values + first, std::size_t(spec.headDim), NormKind::RootMeanSquare,
                    weights.spec.epsilon, ones.data(), nullptr, values + first);
        });
    }

    void turnRows(AttentionHeads& projected, const AttentionSpec& spec, Positions positions)
    {
        if (spec.rotary.channels == 0)
            return;
        const RotaryTable table(spec.rotary, positions.end(), positions.first);
        forRows(projected.q.rows(), [&](Index row) {
            const int position = positions.first + int(row % positions.count);
            table.turn(projected.q.row(row).data(), spec.heads, spec.headDim, position);
            if (projected.k.size() > 0)
                table.turn(projected.k.row(row).data(), spec.keyValueHeads, spec.headDim, position);
        });
    }

    void scaleByPosition(AttentionHeads& projected, const AttentionSpec& spec, Positions positions)
    {
        if (spec.temperature == 0)
            return;
        forRows(projected.q.rows(), [&](Index row) {
            projected.q.row(row) *= queryScale(spec, positions.first + row % positions.count);
        });
    }

    /// Keeps keys and values for later layers, or takes those of an earlier one.
    void shareKeys(AttentionHeads& projected, const AttentionSpec& spec, const BesideTile& tile)
    {
        if (!spec.sharedKeys)
            return;
        assert(tile.beside);
        KeysAndValues& shared = tile.beside->shared[*spec.sharedKeys];
        const Index rows = projected.q.rows();
        if (!spec.makesKeys) {
            projected.k = shared.keys.middleRows(tile.firstRow, rows);
            projected.v = shared.values.middleRows(tile.firstRow, rows);
            return;
        }
        shared.keys.conservativeResize(tile.rows, projected.k.cols());
        shared.values.conservativeResize(tile.rows, projected.v.cols());
        shared.keys.middleRows(tile.firstRow, rows) = projected.k;
        shared.values.middleRows(tile.firstRow, rows) = projected.v;
    }

    void cap(float* scores, Index count, const AttentionSpec& spec)
    {
        for (Index i = 0; i < count; ++i)
            scores[i] = spec.cap * std::tanh(spec.scale * scores[i] / spec.cap);
    }

    /// Some queries of one head of one sequence.
    struct Queries {
        Index start; ///< row of the sequence's first token
        int head;
        int first, count;
    };

    /// softmax(q · kᵀ · scale) · v over the keys up to each query, within its window.
    void attend(const AttentionHeads& projected, MatrixBlock context, const Queries& queries,
        const AttentionSpec& spec, const float* sink)
    {
        const auto& [start, head, first, count] = queries;
        const int headDim = spec.headDim;
        const int lowest = lowestKey(spec, first);
        const int keys = first + count - lowest; // none after the last query
        const Index keyColumn = Index(head / (spec.heads / spec.keyValueHeads)) * headDim;
        const auto q = projected.q.block(start + first, Index(head) * headDim, count, headDim);
        const auto k = projected.k.block(start + lowest, keyColumn, keys, headDim);
        const auto v = projected.v.block(start + lowest, keyColumn, keys, headDim);
        attendRows({ q, k, v, first, lowest },
            context.block(start + first, Index(head) * headDim, count, headDim), spec, sink);
    }

} // namespace

int lowestKey(const AttentionSpec& spec, int first)
{
    return spec.window > 0 ? std::max(0, first - spec.window + 1) : 0;
}

void attendRows(
    const AttendedRows& rows, MatrixBlock context, const AttentionSpec& spec, const float* sink)
{
    const Index count = rows.queries.rows(), keys = rows.keys.rows();
    Matrix scores(count, keys);
    setProductTransposed(scores, rows.queries, rows.keys);
    for (Index i = 0; i < count; ++i) {
        const Index end = rows.first + i + 1 - rows.lowest; // keys up to this query
        const Index begin = spec.window > 0 ? std::max<Index>(0, end - spec.window) : 0;
        weighScores(scores.row(i).data() + begin, end - begin, spec, sink);
        scores.row(i).head(begin).setZero();
        scores.row(i).tail(keys - end).setZero();
    }
    setProduct(context, scores, rows.values);
}

void weighScores(float* scores, Index count, const AttentionSpec& spec, const float* sink)
{
    if (spec.cap > 0)
        cap(scores, count, spec);
    const float scale = spec.cap > 0 ? 1 : spec.scale;
    if (!sink)
        return vectormath::softmax(scores, std::size_t(count), scale);
    Vector all(count + 1);
    all.head(count) = scale * Eigen::Map<const Vector>(scores, count);
    all[count] = *sink;
    vectormath::softmax(all.data(), std::size_t(count + 1), 1);
    Eigen::Map<Vector>(scores, count) = all.head(count);
}

std::vector<Role> headRoles(const AttentionSpec& spec)
{
    if (!spec.makesKeys)
        return { Role::AttnQ };
    if (spec.valuesAreKeys)
        return { Role::AttnQ, Role::AttnK };
    return { Role::AttnQ, Role::AttnK, Role::AttnV };
}

AttentionHeads projectedHeads(std::vector<Matrix> products, const LayerWeights& weights)
{
    const AttentionSpec& spec = weights.spec.attention;
    const std::vector<Role> roles = headRoles(spec);
    assert(products.size() == roles.size());
    for (std::size_t i = 0; i < roles.size(); ++i)
        addBias(products[i], weights.biasOf(roles[i]));
    if (spec.makesKeys && spec.valuesAreKeys)
        products.push_back(products.back());
    products.resize(3); // empty ones are taken from another layer
    AttentionHeads heads{ std::move(products[0]), std::move(products[1]), std::move(products[2]),
        {} };
    if (spec.isGated)
        splitGate(heads, spec);
    return heads;
}

void finishHeads(AttentionHeads& heads, const LayerWeights& weights, Positions positions)
{
    const AttentionSpec& spec = weights.spec.attention;
    normQueriesAndKeys(heads, weights);
    normValues(heads, weights);
    turnRows(heads, spec, positions);
    scaleByPosition(heads, spec, positions);
}

AttentionHeads attentionHeads(const MatrixView& input, const LayerWeights& weights, int length,
    const Progress& progress, const BesideTile& beside)
{
    assert(length > 0 && input.rows() % length == 0);
    AttentionHeads heads = projectedHeads(
        linear(input, weights.parts(headRoles(weights.spec.attention)), progress), weights);
    finishHeads(heads, weights, { 0, length });
    shareKeys(heads, weights.spec.attention, beside);
    return heads;
}

float queryScale(const AttentionSpec& spec, Index position)
{
    if (spec.temperature == 0)
        return 1;
    const double spans = std::floor(double(position) / spec.temperatureSpan);
    return float(1 + spec.temperature * std::log(1 + spans));
}

void applyGate(Matrix& context, const Matrix& gate)
{
    if (gate.size() == 0)
        return;
    forRows(context.rows(), [&](Index row) {
        for (Index channel = 0; channel < context.cols(); ++channel)
            context(row, channel) /= 1 + std::exp(-gate(row, channel));
    });
}

Matrix attended(
    const AttentionHeads& heads, const LayerWeights& weights, int length, const Progress& progress)
{
    const AttentionSpec& spec = weights.spec.attention;
    const Vector* sinks = weights.findVector(Role::AttnSinks);
    Matrix context(heads.q.rows(), heads.q.cols());
    const int tiles = (length + queryTile - 1) / queryTile;
    const std::size_t tasks
        = std::size_t(heads.q.rows() / length) * std::size_t(spec.heads) * std::size_t(tiles);
    parallelFor(tasks, [&](std::size_t task) {
        progress.checkCancelled();
        const int first = int(task) % tiles * queryTile;
        const std::size_t sequenceHead = task / std::size_t(tiles);
        const int head = int(sequenceHead % std::size_t(spec.heads));
        attend(heads, context,
            { Index(sequenceHead / std::size_t(spec.heads)) * length, head, first,
                std::min(queryTile, length - first) },
            spec, sinks ? sinks->data() + head : nullptr);
    });
    applyGate(context, heads.gate);
    return context;
}

Matrix attentionContext(const MatrixView& input, const LayerWeights& weights, int length,
    const Progress& progress, const AttentionAids& aids)
{
    if (weights.spec.deltaNet)
        return deltaNetContext(input, weights, length, aids.state, progress);
    if (weights.spec.shortConvolution)
        return shortConvolutionContext(input, weights, length, aids.state, progress);
    if (weights.spec.attention.latent)
        return attendedLatents(attentionLatents(input, weights, length, aids.seen, progress),
            weights, length, aids.seen, progress);
    return attended(
        attentionHeads(input, weights, length, progress, aids.beside), weights, length, progress);
}

} // namespace core
