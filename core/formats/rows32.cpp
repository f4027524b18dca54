// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/rows32.h"

#include "core/formats/blockbytes.h"
#include "core/formats/search.h"

#include <algorithm>
#include <cmath>

namespace core::formats {

namespace {

    constexpr int blockSize = 32;

    using Codes = std::array<std::uint8_t, blockSize>;

    /// False where ggml ends with codes of 0 because its products are not finite: for the inverse
    /// of a very small subnormal d, and for a range beyond the largest float.
    bool hasInverse(float d) { return std::isfinite(d) && (d == 0.0f || std::isfinite(1.0f / d)); }

    /// codes[i] = (x[i] − first)/d + shift, rounded down.
    Codes plainCodes(const float* x, float first, float d, float shift, int largestCode)
    {
        Codes codes{};
        if (!hasInverse(d))
            return codes;
        const float inverse = d != 0.0f ? 1.0f / d : 0.0f;
        for (std::size_t i = 0; i < codes.size(); ++i)
            codes[i] = std::uint8_t(std::min(largestCode, int((x[i] - first) * inverse + shift)));
        return codes;
    }

    void encodeSignedBlock(const float* x, int half, StoreCodes storeCodes, std::byte* block)
    {
        float largest = 0.0f;
        for (int i = 0; i < blockSize; ++i)
            largest = std::fabs(x[i]) > std::fabs(largest) ? x[i] : largest;
        const float d = largest / float(-half);
        storeHalf(d, block);
        storeCodes(plainCodes(x, 0.0f, d, float(half) + 0.5f, 2 * half - 1).data(), block);
    }

    void encodeOffsetBlock(const float* x, int largestCode, StoreCodes storeCodes, std::byte* block)
    {
        float min = x[0];
        float max = x[0];
        for (int i = 1; i < blockSize; ++i) {
            min = x[i] < min ? x[i] : min;
            max = x[i] > max ? x[i] : max;
        }
        const float d = (max - min) / float(largestCode);
        storeHalf(d, block);
        storeHalf(min, block + 2);
        storeCodes(plainCodes(x, min, d, 0.5f, largestCode).data(), block);
    }

} // namespace

void encodeSignedRow(const float* weights, std::size_t columns, const float* importance, int half,
    int blockBytes, StoreCodes storeCodes, std::byte* bytes)
{
    const float variance = importance ? sumOfSquares(weights, columns) / float(columns) : 0.0f;
    for (std::size_t i = 0; i < columns; i += blockSize, bytes += blockBytes) {
        if (!importance) {
            encodeSignedBlock(weights + i, half, storeCodes, bytes);
            continue;
        }
        std::array<float, blockSize> cost;
        Codes codes;
        weighByImportance(weights + i, importance + i, variance, blockSize, cost.data());
        storeHalf(searchScale(weights + i, cost.data(), blockSize, half, codes.data()), bytes);
        storeCodes(codes.data(), bytes);
    }
}

void encodeOffsetRow(const float* weights, std::size_t columns, const float* importance,
    int largestCode, int blockBytes, StoreCodes storeCodes, std::byte* bytes)
{
    const float variance = importance ? sumOfSquares(weights, columns) / float(columns) : 0.0f;
    for (std::size_t i = 0; i < columns; i += blockSize, bytes += blockBytes) {
        if (!importance) {
            encodeOffsetBlock(weights + i, largestCode, storeCodes, bytes);
            continue;
        }
        std::array<float, blockSize> cost;
        Codes codes;
        weighByImportance(weights + i, importance + i, variance, blockSize, cost.data());
        const ScaleMin found = searchScaleAndMin(
            weights + i, cost.data(), blockSize, largestCode, importanceTries, codes.data());
        storeHalf(found.scale, bytes);
        storeHalf(-found.min, bytes + 2);
        storeCodes(codes.data(), bytes);
    }
}

} // namespace core::formats
