// SPDX-License-Identifier: GPL-3.0-or-later
//
// HQQ: Badri, Shaji: "Half-Quadratic Quantization of Large Machine Learning Models" (2023).
// Symbols as there: p the norm, β the penalty, κ its growth, W_e the outliers. Theirs solves for
// the zero-point with the scale fixed; here the format's encoder solves for all that a block
// stores, which is the same sub-problem, min ‖(W − W_e) − Ŵ‖².
#include "core/rounding/hqq.h"

#include "core/base/parallel.h"
#include "core/formats/tensorformat.h"
#include "core/rounding/encode.h"
#include "core/rounding/gridrounding.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace core {

namespace {

    // The published code's settings.
    constexpr float p = 0.7f;
    constexpr float firstBeta = 10;
    constexpr float kappa = 1.01f;
    constexpr int rounds = 20;

    /// One block with what its bytes stand for.
    struct Block {
        const Format* format;
        std::vector<std::byte> bytes;
        std::vector<float> values; ///< decoded
        std::vector<float> steps; ///< of each weight's group, over 0
        double loss = 0; ///< Σ |w − value|^p

        explicit Block(const Format& itsFormat)
            : format(&itsFormat)
            , bytes(std::size_t(itsFormat.blockBytes))
            , values(std::size_t(itsFormat.blockSize))
            , steps(std::size_t(itsFormat.blockSize))
        {
        }

        /// Finds scales for `target` and puts every weight of `w` on the grid so found.
        void fit(const float* target, const float* w)
        {
            const Grid& grid = *format->grid;
            const std::vector<float> even(values.size(), 1.0f);
            const bool weighs = format->importance == Format::Importance::Used;
            format->encodeRow(target, values.size(), weighs ? even.data() : nullptr, bytes.data());
            const BlockScales scales = grid.scales(bytes.data());
            std::vector<std::uint8_t> codes(values.size());
            for (std::size_t i = 0; i < values.size(); ++i) {
                const std::size_t group = i / std::size_t(grid.groupSize);
                codes[i] = roundToGrid(grid, scales.step[group], scales.offset[group], w[i]).code;
                steps[i] = std::abs(scales.step[group]);
            }
            grid.storeCodes(codes.data(), bytes.data());
            format->decodeBlocks(bytes.data(), 1, values.data());
            loss = 0;
            for (std::size_t i = 0; i < values.size(); ++i)
                loss += std::pow(std::abs(double(w[i]) - double(values[i])), double(p));
        }
    };

    /// The generalised soft threshold of the p-norm.
    float shrink(float x, float beta)
    {
        const float magnitude = std::abs(x);
        const float left = magnitude - std::pow(magnitude + 1e-8f, p - 1) / beta;
        return left > 0 ? std::copysign(left, x) : 0.0f;
    }

    /// Rounds one block of weights.
    void roundBlock(const float* w, Block& block, Block& best)
    {
        block.fit(w, w);
        best = block;
        std::vector<float> target(block.values.size());
        float beta = firstBeta;
        for (int round = 1; round < rounds && best.loss > 0; ++round, beta *= kappa) {
            for (std::size_t i = 0; i < target.size(); ++i) {
                const float step = block.steps[i];
                const float error = w[i] - block.values[i];
                target[i] = w[i] - (step > 0 ? step * shrink(error / step, beta) : 0.0f);
            }
            block.fit(target.data(), w);
            if (block.loss >= best.loss)
                break;
            best = block;
        }
    }

} // namespace

std::vector<std::byte> hqqRound(const MatrixView& W, const Format& format, const Progress& progress)
{
    assert(format.fits(std::size_t(W.cols())));
    if (!format.grid)
        return encodeMatrix(W, format, {}, progress);
    const TensorFormat own(format, W);
    const std::size_t rowBytes = format.rowBytes(std::size_t(W.cols()));
    std::vector<std::byte> bytes(std::size_t(W.rows()) * rowBytes);
    parallelFor(std::size_t(W.rows()), [&](std::size_t row) {
        progress.checkCancelled();
        Block block(own.format()), best(own.format());
        for (Eigen::Index first = 0; first < W.cols(); first += format.blockSize) {
            roundBlock(W.row(Eigen::Index(row)).data() + first, block, best);
            std::ranges::copy(best.bytes,
                bytes.begin() + std::ptrdiff_t(row * rowBytes)
                    + first / format.blockSize * format.blockBytes);
        }
    });
    return bytes;
}

} // namespace core
