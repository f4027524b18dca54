// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/plain32.h"

#include "core/base/half.h"
#include "core/base/lanes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace core::formats {

using namespace core::lanes;

namespace {

    constexpr int blockSize = 32;
    constexpr std::size_t batch = 16; ///< blocks whose scales are converted at once

    using OfBatch = std::array<float, batch>;

    /// Where the grids of some blocks begin, and their steps.
    struct Grids {
        OfBatch first{};
        OfBatch step;
    };

    /// What of a code is the same in all blocks.
    struct Codes {
        float shift; ///< added before rounding down
        int largest; ///< 15, or 31 with the fifth bits before the others
        int at; ///< byte of the block
        int blockBytes;
    };

    /// The first of 32 weights that equals `value`; the first of all if none does.
    template<int width>
    QUANTSCOPE_KERNEL float firstEqual(const float* x, float value, bool byMagnitude)
    {
        std::uint32_t different = 0;
        for (int i = 0; i < blockSize; i += width) {
            const auto some = load<Floats<width>>(x + i);
            different |= bitsOf<width>(isDifferent<width>(
                             byMagnitude ? magnitude(some) : some, Floats<width>{} + value))
                << i;
        }
        return x[std::size_t(std::countr_one(different)) % blockSize];
    }

    template<int width>
    QUANTSCOPE_KERNEL void signedKernel(const float* x, std::size_t blocks, int half, Grids& grids)
    {
        for (std::size_t b = 0; b < blocks; ++b, x += blockSize) {
            const float most = largestMagnitude<width>(x, blockSize);
            const float largest = most == 0.0f ? 0.0f : firstEqual<width>(x, most, true);
            grids.step[b] = largest / float(-half);
        }
    }

    template<int width>
    QUANTSCOPE_KERNEL void offsetKernel(
        const float* x, std::size_t blocks, int largestCode, Grids& grids)
    {
        for (std::size_t b = 0; b < blocks; ++b, x += blockSize) {
            auto highest = load<Floats<width>>(x), lowest = highest;
            for (int i = width; i < blockSize; i += width) {
                highest = larger(load<Floats<width>>(x + i), highest);
                lowest = smaller(load<Floats<width>>(x + i), lowest);
            }
            const float max = largestLane<width>(highest), min = -largestLane<width>(-lowest);
            grids.first[b] = firstEqual<width>(x, min, false); // for the sign of a zero
            grids.step[b] = max > min ? (max - min) / float(largestCode) : 0.0f;
        }
    }

    /// False where ggml ends with codes of 0 because its products are not finite: for the inverse
    /// of a very small subnormal d, and for a range beyond the largest float.
    QUANTSCOPE_KERNEL bool hasInverse(float d)
    {
        return std::isfinite(d) && (d == 0.0f || std::isfinite(1.0f / d));
    }

    /// Code i = (x[i] − first)/d + shift, rounded down.
    template<int width>
    QUANTSCOPE_KERNEL void codesKernel(const float* x, std::size_t blocks, const Grids& grids,
        const Codes& codes, std::byte* bytes)
    {
        const Floats<width> most = Floats<width>{} + float(codes.largest);
        const Floats<width> sixteen = Floats<width>{} + 16.0f;
        const bool hasFifths = codes.largest > 15;
        for (std::size_t b = 0; b < blocks; ++b, x += blockSize, bytes += codes.blockBytes) {
            const float d = grids.step[b], first = grids.first[b];
            std::byte* target = bytes + codes.at;
            if (!hasInverse(d)) {
                std::memset(target, 0, std::size_t(codes.blockBytes - codes.at));
                continue;
            }
            const float inverse = d != 0.0f ? 1.0f / d : 0.0f;
            std::byte* nibbles = target + (hasFifths ? 4 : 0);
            std::uint32_t belowSixteen = 0;
            for (int i = 0; i < 16; i += width) {
                const auto codeOf = [&](const float* some) __attribute__((always_inline))
                {
                    return smaller(
                        (load<Floats<width>>(some) - first) * inverse + codes.shift, most);
                };
                const Floats<width> low = codeOf(x + i), high = codeOf(x + 16 + i);
                belowSixteen |= bitsOf<width>(isLess<width>(low, sixteen)) << i
                    | bitsOf<width>(isLess<width>(high, sixteen)) << (16 + i);
                const Ints<width> low4 = __builtin_convertvector(low, Ints<width>) & 15;
                const Ints<width> high4 = __builtin_convertvector(high, Ints<width>) & 15;
                store(narrowed<width>(low4 | high4 << 4), nibbles + i);
            }
            if (hasFifths) {
                const std::uint32_t fifths = ~belowSixteen;
                std::memcpy(target, &fifths, sizeof(fifths));
            }
        }
    }

    QUANTSCOPE_EVERY_WIDTH(
        void findSigned(const float* x, std::size_t blocks, int half, Grids& grids), signedKernel,
        (x, blocks, half, grids))
    QUANTSCOPE_EVERY_WIDTH(
        void findOffset(const float* x, std::size_t blocks, int largestCode, Grids& grids),
        offsetKernel, (x, blocks, largestCode, grids))
    QUANTSCOPE_EVERY_WIDTH(void storeAll(const float* x, std::size_t blocks, const Grids& grids,
                               const Codes& codes, std::byte* bytes),
        codesKernel, (x, blocks, grids, codes, bytes))

    /// One binary16 of each block, to `bytes` of the first and so on.
    void storeHalves(const OfBatch& values, std::size_t blocks, int blockBytes, std::byte* bytes)
    {
        std::array<std::byte, 2 * batch> halves;
        floatsToHalves(values.data(), blocks, halves.data());
        for (std::size_t b = 0; b < blocks; ++b)
            std::memcpy(bytes + b * std::size_t(blockBytes), &halves[2 * b], 2);
    }

    /// Calls body(first weight, number of blocks, bytes) for at most `batch` blocks at a time.
    template<typename Body>
    void forBatches(const RowsToEncode& rows, int blockBytes, const Body& body)
    {
        const std::size_t inRow = rows.columns / blockSize;
        for (std::size_t row = 0; row < rows.rows; ++row)
            for (std::size_t first = 0; first < inRow; first += batch)
                body(rows.weights + row * rows.stride + first * blockSize,
                    std::min(batch, inRow - first),
                    rows.bytes + row * rows.byteStride + first * std::size_t(blockBytes));
    }

} // namespace

void encodeSignedPlain(const RowsToEncode& rows, int half, int blockBytes)
{
    const Codes codes{ float(half) + 0.5f, 2 * half - 1, 2, blockBytes };
    Grids grids;
    forBatches(rows, blockBytes, [&](const float* x, std::size_t blocks, std::byte* bytes) {
        findSigned(x, blocks, half, grids);
        storeHalves(grids.step, blocks, blockBytes, bytes);
        storeAll(x, blocks, grids, codes, bytes);
    });
}

void encodeOffsetPlain(const RowsToEncode& rows, int largestCode, int blockBytes)
{
    const Codes codes{ 0.5f, largestCode, 4, blockBytes };
    Grids grids;
    forBatches(rows, blockBytes, [&](const float* x, std::size_t blocks, std::byte* bytes) {
        findOffset(x, blocks, largestCode, grids);
        storeHalves(grids.step, blocks, blockBytes, bytes);
        storeHalves(grids.first, blocks, blockBytes, bytes + 2);
        storeAll(x, blocks, grids, codes, bytes);
    });
}

} // namespace core::formats
