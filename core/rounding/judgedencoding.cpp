// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/judgedencoding.h"

#include "core/base/parallel.h"
#include "core/base/vectormath.h"

#include <algorithm>
#include <cassert>
#include <vector>

namespace core {

namespace {

    constexpr std::size_t weightsATask = 1 << 16; // 256 kB decoded, twice; over 10 µs

    /// What a matrix became, row by row.
    class Judgement {
    public:
        Judgement(const MatrixRows& W, const Format& format, std::span<const float> importance)
            : m_format(format)
            , m_columns(W.columns)
            , m_weights(importance.empty() ? nullptr : importance.data())
            , m_sums(W.rows)
            , m_rows(W.rows)
        {
            assert(importance.empty() || importance.size() == W.columns);
        }

        /// Judges some rows by their bytes, which are decoded into `room`.
        void add(std::size_t first, std::size_t count, const MatrixRows::Rows& rows,
            const std::byte* bytes, std::vector<float>& room)
        {
            room.resize(count * m_columns);
            m_format.decodeBlocks(
                bytes, room.size() / std::size_t(m_format.blockSize), room.data());
            for (std::size_t i = 0; i < count; ++i) {
                const float* weights = rows.weights + i * rows.stride;
                const float* rounded = room.data() + i * m_columns;
                const vectormath::SquareSums sums
                    = vectormath::squareSums(weights, rounded, m_weights, m_columns);
                m_sums[first + i] = sums;
                m_rows[first + i] = rowResult(weights, rounded, m_columns, sums.difference,
                    m_weights ? vectormath::sumOfSquares(weights, m_columns) : sums.square);
            }
        }

        RoundingLoss loss() const
        {
            RoundingLoss loss;
            for (const vectormath::SquareSums& sums : m_sums) {
                loss.error += sums.difference;
                loss.energy += sums.square;
            }
            loss.fault = faultOfRows(m_rows);
            return loss;
        }

    private:
        const Format& m_format;
        std::size_t m_columns;
        const float* m_weights;
        std::vector<vectormath::SquareSums> m_sums; ///< of each row
        std::vector<RowResult> m_rows;
    };

    /// body(first row, rows, their floats) for tasks that share out all of `W`.
    template<typename Body>
    void forTasks(const MatrixRows& W, const Progress& progress, const Body& body)
    {
        const std::size_t step = std::max<std::size_t>(1, weightsATask / W.columns);
        parallelFor((W.rows + step - 1) / step, progress, [&](std::size_t task) {
            const std::size_t first = task * step;
            const std::size_t count = std::min(step, W.rows - first);
            std::vector<float> room;
            const MatrixRows::Rows rows = W.at(first, count, room);
            if (rows.weights)
                body(first, count, rows);
        });
    }

} // namespace

RoundingLoss encodeJudged(const MatrixRows& W, const Format& format,
    std::span<const float> importance, std::span<std::byte> bytes, const Progress& progress)
{
    const std::size_t rowBytes = format.rowBytes(W.columns);
    assert(format.fits(W.columns) && bytes.size() == W.rows * rowBytes);
    Judgement judgement(W, format, importance);
    forTasks(W, progress, [&](std::size_t first, std::size_t count, const MatrixRows::Rows& rows) {
        std::byte* stored = bytes.data() + first * rowBytes;
        format.encodeRows({ rows.weights, rows.stride, count, W.columns,
            importance.empty() ? nullptr : importance.data(), stored, rowBytes });
        std::vector<float> room;
        judgement.add(first, count, rows, stored, room);
    });
    return judgement.loss();
}

RoundingLoss lossOf(const MatrixRows& W, const Format& format, std::span<const float> importance,
    std::span<const std::byte> bytes, const Progress& progress)
{
    const std::size_t rowBytes = format.rowBytes(W.columns);
    assert(bytes.size() == W.rows * rowBytes);
    Judgement judgement(W, format, importance);
    forTasks(W, progress, [&](std::size_t first, std::size_t count, const MatrixRows::Rows& rows) {
        std::vector<float> room;
        judgement.add(first, count, rows, bytes.data() + first * rowBytes, room);
    });
    return judgement.loss();
}

} // namespace core
