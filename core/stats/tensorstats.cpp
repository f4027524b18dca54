// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/tensorstats.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>

namespace core {

namespace {

    // Sums are gathered by tiles and tiles by chunks of fixed size, whatever the number of threads.
    constexpr std::int64_t tileWeights = 1 << 16; // decoded 256 kB: they stay in the second cache
    constexpr std::int64_t chunkWeights = 1 << 19; // one task: about 1 ms
    constexpr std::size_t waveChunks = 64; // between two reports of progress: 34 million weights

    /// What one chunk of rows looks like.
    struct Chunk {
        std::int64_t firstRow = 0;
        std::int64_t rows = 0;
        MomentSums sums{};
        Eigen::ArrayXf columnAbsmax{};
        std::int64_t nonFiniteRow = -1;
        std::int64_t nonFiniteColumn = -1;
        Histogram histogram{};
    };

    std::vector<Chunk> chunksOf(const Tensor& tensor)
    {
        const std::int64_t step = std::max<std::int64_t>(1, chunkWeights / tensor.columns);
        std::vector<Chunk> chunks;
        for (std::int64_t first = 0; first < tensor.rows; first += step)
            chunks.push_back({ first, std::min(step, tensor.rows - first) });
        return chunks;
    }

    /// body(tile, first row) for the decoded tiles of a chunk, in order.
    template<typename Body>
    void forTiles(const Tensor& tensor, const Chunk& chunk, const Body& body)
    {
        const std::int64_t step = std::max<std::int64_t>(1, tileWeights / tensor.columns);
        const std::int64_t end = chunk.firstRow + chunk.rows;
        for (std::int64_t first = chunk.firstRow; first < end; first += step)
            body(decodeRows(tensor, first, std::min(step, end - first)), first);
    }

    std::span<const float> weightsOf(const Matrix& tile)
    {
        return { tile.data(), std::size_t(tile.size()) };
    }

    void findNonFinite(Matrix& tile, std::int64_t firstRow, Chunk& chunk)
    {
        for (Eigen::Index row = 0; row < tile.rows(); ++row)
            for (Eigen::Index column = 0; column < tile.cols(); ++column) {
                float& weight = tile(row, column);
                if (std::isfinite(weight))
                    continue;
                if (chunk.nonFiniteRow < 0) {
                    chunk.nonFiniteRow = firstRow + row;
                    chunk.nonFiniteColumn = column;
                }
                weight = 0; // for the channels' absmax; the moments have left it out
            }
    }

    void lookAtWeights(const Tensor& tensor, Chunk& chunk, std::vector<float>& outputAbsmax)
    {
        chunk.columnAbsmax = Eigen::ArrayXf::Zero(tensor.columns);
        std::uint64_t bad = 0;
        forTiles(tensor, chunk, [&](Matrix tile, std::int64_t firstRow) {
            chunk.sums.add(weightsOf(tile));
            if (const std::uint64_t nonFinite = chunk.sums.nonFinite(); nonFinite > bad) {
                bad = nonFinite;
                findNonFinite(tile, firstRow, chunk);
            }
            for (Eigen::Index row = 0; row < tile.rows(); ++row) {
                const auto absolute = tile.row(row).array().abs().transpose();
                chunk.columnAbsmax = chunk.columnAbsmax.max(absolute);
                outputAbsmax[std::size_t(firstRow + row)] = absolute.maxCoeff();
            }
        });
    }

    /// body(chunk) for all chunks, on all processors, reporting as it goes.
    template<typename Body>
    void forChunks(std::vector<Chunk>& chunks, const Progress& progress, const Body& body)
    {
        for (std::size_t first = 0; first < chunks.size(); first += waveChunks) {
            progress.at(double(first) / double(chunks.size()));
            parallelFor(std::min(waveChunks, chunks.size() - first), [&](std::size_t i) {
                progress.checkCancelled();
                body(chunks[first + i]);
            });
        }
        progress.at(1);
    }

} // namespace

TensorStats tensorStats(const Tensor& tensor, const Progress& progress)
{
    TensorStats stats;
    if (tensor.weights() == 0)
        return stats;
    stats.outputAbsmax.resize(std::size_t(tensor.rows));
    std::vector<Chunk> chunks = chunksOf(tensor);
    forChunks(chunks, progress.part(0, 0.6),
        [&](Chunk& chunk) { lookAtWeights(tensor, chunk, stats.outputAbsmax); });
    MomentSums sums;
    Eigen::ArrayXf columnAbsmax = Eigen::ArrayXf::Zero(tensor.columns);
    for (const Chunk& chunk : chunks) {
        sums.add(chunk.sums);
        columnAbsmax = columnAbsmax.max(chunk.columnAbsmax);
        if (stats.nonFiniteRow < 0) {
            stats.nonFiniteRow = chunk.nonFiniteRow;
            stats.nonFiniteColumn = chunk.nonFiniteColumn;
        }
    }
    stats.moments = sums.moments();
    stats.inputAbsmax.assign(columnAbsmax.begin(), columnAbsmax.end());
    stats.histogram = symmetricHistogram(stats.moments.absmax());
    forChunks(chunks, progress.part(0.6, 1), [&](Chunk& chunk) {
        chunk.histogram = symmetricHistogram(stats.moments.absmax());
        forTiles(tensor, chunk,
            [&](const Matrix& tile, std::int64_t) { chunk.histogram.add(weightsOf(tile)); });
    });
    for (const Chunk& chunk : chunks)
        stats.histogram.add(chunk.histogram);
    requireUnchanged(tensor);
    return stats;
}

} // namespace core
