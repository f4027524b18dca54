// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/encode.h"

#include "core/base/parallel.h"
#include "core/formats/tensorformat.h"

#include <algorithm>
#include <cassert>

namespace core {

namespace {

    constexpr std::size_t weightsATask = 1 << 16; // over 10 µs for every encoder and decoder

    /// Calls body(row, rows) for parts of all rows, one part a task.
    template<typename Body>
    void forRows(std::size_t rows, std::size_t columns, const Body& body)
    {
        const std::size_t step
            = std::max<std::size_t>(1, weightsATask / std::max<std::size_t>(1, columns));
        parallelFor((rows + step - 1) / step,
            [&](std::size_t task) { body(task * step, std::min(step, rows - task * step)); });
    }

} // namespace

std::vector<std::byte> encodeMatrix(const MatrixView& W, const Format& format,
    std::span<const float> importance, Encoder encoder, const Progress& progress)
{
    const auto columns = std::size_t(W.cols());
    assert(format.fits(columns) && (importance.empty() || importance.size() == columns));
    const std::size_t rowBytes = format.rowBytes(columns);
    const TensorFormat own(format, W, encoder);
    std::vector<std::byte> bytes(std::size_t(W.rows()) * rowBytes);
    forRows(std::size_t(W.rows()), columns, [&](std::size_t row, std::size_t rows) {
        progress.checkCancelled();
        own.format().encodeRows({ W.row(Eigen::Index(row)).data(), std::size_t(W.outerStride()),
            rows, columns, importance.empty() ? nullptr : importance.data(),
            bytes.data() + row * rowBytes, rowBytes });
    });
    return bytes;
}

std::vector<std::byte> encodeMatrix(const MatrixView& W, const Format& format,
    std::span<const float> importance, const Progress& progress)
{
    return encodeMatrix(W, format, importance, Encoder::Ggml, progress);
}

Matrix decodeMatrix(
    std::span<const std::byte> bytes, const Format& format, Eigen::Index rows, Eigen::Index columns)
{
    const std::size_t rowBytes = format.rowBytes(std::size_t(columns));
    assert(bytes.size() == std::size_t(rows) * rowBytes);
    Matrix weights(rows, columns);
    forRows(std::size_t(rows), std::size_t(columns), [&](std::size_t row, std::size_t count) {
        format.decodeBlocks(bytes.data() + row * rowBytes,
            count * std::size_t(columns / format.blockSize), weights.row(Eigen::Index(row)).data());
    });
    return weights;
}

Matrix lackOf(std::span<const std::byte> bytes, const Format& format, const Matrix& target)
{
    Matrix lack = decodeMatrix(bytes, format, target.rows(), target.cols());
    lack = target - lack;
    return lack;
}

} // namespace core
