// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/base/vectormath.h"
#include "core/model/layer.h"
#include "core/model/linear.h"
#include "core/model/rotary.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace core {

namespace {

    constexpr int queryTile = 64; // queries of a task: few, so that little beyond the causal
                                  // triangle is computed

    /// Queries, keys and values of whole sequences, and where a head lies in them.
    struct Projected {
        Matrix q, k, v;
        int headDim;
        int headsPerKey; ///< query heads that share one key/value head
    };

    void turnRows(Projected& projected, const RotaryTable& table, int length)
    {
        const auto turn = [&](Matrix& x, Eigen::Index row) {
            table.turn(x.row(row).data(), int(x.cols()) / projected.headDim, int(row % length));
        };
        constexpr Eigen::Index tile = 64; // rows
        const Eigen::Index rows = projected.q.rows();
        parallelFor(std::size_t((rows + tile - 1) / tile), [&](std::size_t task) {
            const Eigen::Index first = Eigen::Index(task) * tile;
            for (Eigen::Index row = first; row < std::min(first + tile, rows); ++row) {
                turn(projected.q, row);
                turn(projected.k, row);
            }
        });
    }

    /// Head `head` of the queries `first` … `first` + `count` − 1 of the sequence that starts at
    /// row `start`: softmax(q · kᵀ / √headDim) · v over the keys up to each query.
    void attend(const Projected& projected, MatrixBlock context, Eigen::Index start, int head,
        int first, int count)
    {
        const int headDim = projected.headDim;
        const int keys = first + count; // none after the last query
        const Eigen::Index keyColumn = Eigen::Index(head / projected.headsPerKey) * headDim;
        const auto q
            = projected.q.block(start + first, Eigen::Index(head) * headDim, count, headDim);
        const auto k = projected.k.block(start, keyColumn, keys, headDim);
        const auto v = projected.v.block(start, keyColumn, keys, headDim);
        Matrix scores(count, keys);
        setProductTransposed(scores, q, k);
        const float scale = 1.0f / std::sqrt(float(headDim));
        for (int i = 0; i < count; ++i) {
            const int seen = first + i + 1;
            vectormath::softmax(scores.row(i).data(), std::size_t(seen), scale);
            scores.row(i).tail(keys - seen).setZero();
        }
        setProduct(
            context.block(start + first, Eigen::Index(head) * headDim, count, headDim), scores, v);
    }

} // namespace

Matrix attentionContext(const MatrixView& input, const LayerWeights& weights,
    const ModelConfig& config, int length, const Progress& progress)
{
    assert(length > 0 && input.rows() % length == 0);
    std::vector<Matrix> qkv = linear(input, { &weights.q, &weights.k, &weights.v }, progress);
    Projected projected{ std::move(qkv[0]), std::move(qkv[1]), std::move(qkv[2]), config.headDim,
        config.heads / config.keyValueHeads };
    turnRows(projected, RotaryTable(config, length), length);

    Matrix context(input.rows(), projected.q.cols());
    const int tiles = (length + queryTile - 1) / queryTile;
    const std::size_t tasks
        = std::size_t(input.rows() / length) * std::size_t(config.heads) * std::size_t(tiles);
    parallelFor(tasks, [&](std::size_t task) {
        progress.checkCancelled();
        const int tile = int(task) % tiles;
        const int first = tile * queryTile;
        const std::size_t sequenceHead = task / std::size_t(tiles);
        attend(projected, context, Eigen::Index(sequenceHead / std::size_t(config.heads)) * length,
            int(sequenceHead % std::size_t(config.heads)), first,
            std::min(queryTile, length - first));
    });
    return context;
}

} // namespace core
