// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/tensor.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/text.h"
#include "core/base/vectormath.h"
#include "core/files/mappedfile.h"
#include "core/files/rowsource.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

namespace core {

namespace {

    constexpr std::int64_t tileWeights = 1 << 18; // one task of decoding: about 100 µs

    void decodeInto(const Tensor& tensor, std::int64_t firstRow, std::int64_t rows, float* weights)
    {
        if (tensor.source) {
            Eigen::Map<Matrix>(weights, rows, tensor.columns) = tensor.source->rows(firstRow, rows);
            return;
        }
        const Format& format = *tensor.format;
        const std::size_t blocks = std::size_t(tensor.columns) / std::size_t(format.blockSize);
        const std::size_t rowBytes = format.rowBytes(std::size_t(tensor.columns));
        assert((std::size_t(firstRow) + std::size_t(rows)) * rowBytes <= tensor.bytes.size());
        format.decodeBlocks(tensor.bytes.data() + std::size_t(firstRow) * rowBytes,
            std::size_t(rows) * blocks, weights);
    }

    std::int64_t tileRows(const Tensor& tensor)
    {
        return std::max<std::int64_t>(1, tileWeights / tensor.columns);
    }

    std::size_t tileCount(const Tensor& tensor)
    {
        return std::size_t((tensor.rows + tileRows(tensor) - 1) / tileRows(tensor));
    }

    /// body(tile, first row, rows) for every tile, on all processors.
    template<typename Body>
    void forTiles(const Tensor& tensor, const Body& body)
    {
        const std::int64_t step = tileRows(tensor);
        parallelFor(tileCount(tensor), [&](std::size_t tile) {
            const std::int64_t first = std::int64_t(tile) * step;
            body(tile, first, std::min(step, tensor.rows - first));
        });
    }

} // namespace

std::int64_t Tensor::matrices() const
{
    return shape.size() < 3
        ? 1
        : std::accumulate(shape.begin(), shape.end() - 2, std::int64_t(1), std::multiplies<>());
}

namespace {

    /// Some rows of another source.
    class PartOfRows : public RowSource {
    public:
        PartOfRows(std::shared_ptr<const RowSource> whole, std::int64_t first)
            : m_whole(std::move(whole))
            , m_first(first)
        {
        }
        Matrix rows(std::int64_t first, std::int64_t count) const override
        {
            return m_whole->rows(m_first + first, count);
        }
        std::string grid() const override { return m_whole->grid(); }
        const Format* exactFormat() const override { return m_whole->exactFormat(); }
        float tensorScale() const override { return m_whole->tensorScale(); }
        std::vector<std::byte> exactRows(
            const Format& format, std::int64_t first, std::int64_t count) const override
        {
            return m_whole->exactRows(format, m_first + first, count);
        }
        void requireUnchanged() const override { m_whole->requireUnchanged(); }

    private:
        std::shared_ptr<const RowSource> m_whole;
        std::int64_t m_first;
    };

} // namespace

Tensor rowsOf(const Tensor& tensor, std::int64_t first, std::int64_t count)
{
    assert(first >= 0 && count >= 0 && first + count <= tensor.rows);
    Tensor part = tensor;
    part.rows = count;
    part.shape = { count, tensor.columns };
    if (tensor.source) {
        part.source = std::make_shared<PartOfRows>(tensor.source, first);
        return part;
    }
    const std::size_t rowBytes = tensor.format->rowBytes(std::size_t(tensor.columns));
    part.bytes = tensor.bytes.subspan(std::size_t(first) * rowBytes, std::size_t(count) * rowBytes);
    part.offset = tensor.offset + std::size_t(first) * rowBytes;
    return part;
}

std::uint64_t storedSize(const Tensor& tensor)
{
    if (!tensor.source)
        return tensor.bytes.size();
    std::uint64_t size = 0;
    for (const auto& part : tensor.source->parts())
        size += part.size();
    return size;
}

double storedBitsPerWeight(const Tensor& tensor)
{
    return gridOf(tensor).empty() ? tensor.format->bitsPerWeight()
                                  : 8 * double(storedSize(tensor)) / double(tensor.weights());
}

std::string gridOf(const Tensor& tensor)
{
    return tensor.source ? tensor.source->grid() : std::string();
}

std::string storedAs(const Tensor& tensor)
{
    const std::string grid = gridOf(tensor);
    return grid.empty() ? std::string(tensor.format->name) : grid;
}

bool isAlreadyQuantized(const Tensor& tensor)
{
    return tensor.format->isQuantized() || !gridOf(tensor).empty();
}

const Format* exactFormat(const Tensor& tensor)
{
    const bool isWhole = tensor.source && tensor.source->tensorScale() == 1.0f;
    const Format* format = isWhole ? tensor.source->exactFormat() : nullptr;
    if (format)
        return format;
    const bool isFloat8 = tensor.format == &formats::f8_E4M3 || tensor.format == &formats::f8_E5M2;
    return isFloat8 ? &formats::f16 : tensor.format; // which has more bits of both parts
}

std::vector<std::byte> bytesIn(const Format& format, const Tensor& tensor)
{
    const bool isOwn = &format == tensor.format;
    if (!tensor.source && isOwn)
        return { tensor.bytes.begin(), tensor.bytes.end() };
    std::vector<std::byte> bytes(
        format.tensorBytes(std::uint64_t(tensor.rows), std::size_t(tensor.columns)));
    const std::size_t rowBytes = format.rowBytes(std::size_t(tensor.columns));
    forTiles(tensor, [&](std::size_t, std::int64_t first, std::int64_t rows) {
        std::byte* place = bytes.data() + std::size_t(first) * rowBytes;
        if (tensor.source && !isOwn) {
            std::ranges::copy(tensor.source->exactRows(format, first, rows), place);
            return;
        }
        const Matrix weights = decodeRows(tensor, first, rows);
        for (std::int64_t row = 0; row < rows; ++row)
            format.encodeRow(weights.row(row).data(), std::size_t(tensor.columns), nullptr,
                place + std::size_t(row) * rowBytes);
    });
    requireUnchanged(tensor);
    return bytes;
}

std::vector<std::byte> storedBytes(const Tensor& tensor) { return bytesIn(*tensor.format, tensor); }

void requireUnchanged(const Tensor& tensor)
{
    if (tensor.source)
        tensor.source->requireUnchanged();
    if (tensor.mapping)
        tensor.mapping->requireUnchanged();
}

Matrix decode(const Tensor& tensor)
{
    Matrix weights(tensor.rows, tensor.columns);
    forTiles(tensor, [&](std::size_t, std::int64_t first, std::int64_t rows) {
        decodeInto(tensor, first, rows, weights.data() + first * tensor.columns);
    });
    requireUnchanged(tensor);
    return weights;
}

Matrix decodeFinite(const Tensor& tensor, const Progress& progress)
{
    Matrix weights(tensor.rows, tensor.columns);
    std::vector<char> finite(tileCount(tensor), 1);
    forTiles(tensor, [&](std::size_t tile, std::int64_t first, std::int64_t rows) {
        progress.checkCancelled();
        float* values = weights.data() + first * tensor.columns;
        decodeInto(tensor, first, rows, values);
        finite[tile] = vectormath::allFinite(values, std::size_t(rows * tensor.columns));
    });
    requireUnchanged(tensor); // first: what is torn may be anything
    if (const auto bad = std::find(finite.begin(), finite.end(), 0); bad != finite.end()) {
        const std::int64_t first = (bad - finite.begin()) * tileRows(tensor);
        requireFinite(tensor, weights.bottomRows(tensor.rows - first), first);
    }
    return weights;
}

Matrix decodeRows(const Tensor& tensor, std::int64_t firstRow, std::int64_t rows)
{
    Matrix weights(rows, tensor.columns);
    decodeInto(tensor, firstRow, rows, weights.data());
    return weights;
}

void requireFinite(const Tensor& tensor, const MatrixView& weights, std::int64_t firstRow)
{
    const std::size_t columns = std::size_t(weights.cols());
    for (Eigen::Index row = 0; row < weights.rows(); ++row) {
        const float* values = weights.data() + row * weights.outerStride();
        if (vectormath::allFinite(values, columns))
            continue;
        const float* bad
            = std::find_if(values, values + columns, [](float w) { return !std::isfinite(w); });
        throw Error(text(tensor.file.empty() ? "" : tensor.file + ": ", "tensor ",
            tensor.sourceName.empty() ? tensor.name : tensor.sourceName, " holds ", *bad,
            " in row ", firstRow + row, ", column ", bad - values, ", expected finite weights"));
    }
}

} // namespace core
