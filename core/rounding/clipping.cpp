// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/formats/tensorformat.h"
#include "core/rounding/awq.h"
#include "core/rounding/encode.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace core {

namespace {

    using Index = Eigen::Index;

    /// Shares of a group's largest magnitude at which its weights are clipped.
    constexpr std::array bounds{ 1.0f, 0.95f, 0.9f, 0.85f, 0.8f, 0.75f, 0.7f, 0.65f, 0.6f, 0.55f };

    /// One block with its groups clipped at `bound` of their largest magnitude.
    void clip(const float* w, int blockSize, int groupSize, float bound, float* clipped)
    {
        for (int first = 0; first < blockSize; first += groupSize) {
            float largest = 0;
            for (int i = first; i < first + groupSize; ++i)
                largest = std::max(largest, std::abs(w[i]));
            for (int i = first; i < first + groupSize; ++i)
                clipped[i] = std::clamp(w[i], -bound * largest, bound * largest);
        }
    }

    /// e H eᵀ for the error of one block.
    float errorUnder(const Eigen::RowVectorXf& e, const Matrix& H) { return (e * H).dot(e); }

    /// Where in a matrix one column of blocks lies, and what weighs its errors.
    struct BlockColumn {
        const Format& format;
        Index first; ///< weight of a row it begins with
        Matrix H; ///< (blockSize, blockSize)
        const float* importance; ///< of its weights; null: not used
    };

    /// Rounds one block of a row in every way there is and keeps the best in `best`.
    void roundBlock(const float* w, const BlockColumn& column, std::byte* best)
    {
        const Format& format = column.format;
        const int size = format.blockSize;
        const Eigen::Map<const Eigen::RowVectorXf> weights(w, size);
        Eigen::RowVectorXf clipped(size), rounded(size);
        std::vector<std::byte> bytes(static_cast<std::size_t>(format.blockBytes));
        float smallest = 0;
        for (const float bound : bounds) {
            clip(w, size, format.grid->groupSize, bound, clipped.data());
            format.encodeRow(clipped.data(), std::size_t(size), column.importance, bytes.data());
            format.decodeBlocks(bytes.data(), 1, rounded.data());
            const float error = errorUnder(weights - rounded, column.H);
            if (bound == bounds.front() || error < smallest) {
                smallest = error;
                std::ranges::copy(bytes, best);
            }
        }
    }

} // namespace

std::vector<std::byte> clippedRound(const Matrix& W, const SymmetricMatrix& H, const Format& format,
    std::span<const float> importance, Encoder encoder, const Progress& progress)
{
    assert(format.fits(std::size_t(W.cols())) && W.cols() == H.cols());
    auto plain = encodeMatrix(W, format, importance, encoder, progress);
    constexpr int largestBlock = 1024; // beyond, H of a block is no small part of H
    if (!format.grid || format.blockSize > largestBlock)
        return plain;
    const TensorFormat own(format, W, encoder);

    const std::size_t rowBytes = format.rowBytes(std::size_t(W.cols()));
    std::vector<std::byte> bytes(plain.size());
    constexpr Index rowsATask = 64;
    const Index columns = W.cols() / format.blockSize;
    for (Index block = 0; block < columns; ++block) {
        progress.at(double(block) / double(columns));
        const Index first = block * format.blockSize;
        const BlockColumn column{ own.format(), first,
            H.floatBlock(first, first, format.blockSize, format.blockSize),
            importance.empty() ? nullptr : importance.data() + first };
        parallelFor(std::size_t((W.rows() + rowsATask - 1) / rowsATask), [&](std::size_t task) {
            progress.checkCancelled();
            const Index begin = Index(task) * rowsATask;
            for (Index row = begin; row < std::min(begin + rowsATask, W.rows()); ++row)
                roundBlock(W.row(row).data() + first, column,
                    bytes.data() + std::size_t(row) * rowBytes
                        + std::size_t(block) * std::size_t(format.blockBytes));
        });
    }
    const auto errorOf = [&](const std::vector<std::byte>& stored) {
        return outputError(W, decodeMatrix(stored, format, W.rows(), W.cols()), H);
    };
    return errorOf(bytes) <= errorOf(plain) ? bytes : plain;
}

} // namespace core
