// SPDX-License-Identifier: GPL-3.0-or-later
//
// Q6_K: 256 weights a super-block in 16 groups of 16, 210 bytes. Code 128·h + 32·k + i, i < 32:
//   0–127    bits 0–3 in the lower (k < 2) or upper half (k >= 2) of byte 64·h + 32·(k mod 2) + i
//   128–191  bits 4–5 in bits 2·k and 2·k + 1 of byte 128 + 32·h + i
//   192–207  group g's scale s, int8, in byte 192 + g
//   208–209  scale d of the scales, binary16, of either sign
// A weight is d·s·(code − 32). A group's scale is searched (plain, an error counts by x²), rounded
// to 8 bits, and all codes are rounded anew. Importance alone weighs an error.
// Error: 1.8 % of the root mean square of normal weights.
#include "core/formats/blockbytes.h"
#include "core/formats/format.h"
#include "core/formats/search.h"

#include <algorithm>
#include <cmath>

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 256;
    constexpr int blockBytes = 210;
    constexpr int groups = 16;
    constexpr int groupSize = 16;
    constexpr int half = 32; ///< code of level 0
    constexpr int pairsAt = 128;
    constexpr int scalesAt = 192;
    constexpr int scaleAt = 208;
    constexpr auto levels = consecutiveLevels<64>(-half);

    BlockScales scales(const std::byte* block)
    {
        const float d = loadHalf(block + scaleAt);
        BlockScales scales;
        for (std::size_t g = 0; g < groups; ++g)
            scales.step[g] = d * float(std::int8_t(block[scalesAt + g]));
        return scales;
    }

    void decode(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += blockBytes) {
            const BlockScales s = scales(bytes);
            for (int g = 0; g < groups; ++g, weights += groupSize) {
                const int h = g / 8;
                const int k = g % 8 / 2;
                const int within = g % 2 * groupSize;
                const std::byte* nibbles = bytes + 64 * h + 32 * (k % 2) + within;
                const std::byte* pairs = bytes + pairsAt + 32 * h + within;
                const float step = s.step[std::size_t(g)];
                for (int i = 0; i < groupSize; ++i) {
                    const unsigned low = loadByte(nibbles + i) >> k / 2 * 4 & 15;
                    const unsigned high = loadByte(pairs + i) >> 2 * k & 3;
                    weights[i] = step * float(int(low | high << 4) - half);
                }
            }
        }
    }

    void storeCodes(const std::uint8_t* codes, std::byte* block)
    {
        for (int h = 0; h < 2; ++h, codes += 128) {
            std::byte* nibbles = block + 64 * h;
            std::byte* pairs = block + pairsAt + 32 * h;
            for (int i = 0; i < 32; ++i) {
                nibbles[i] = std::byte((codes[i] & 15) | (codes[i + 64] & 15) << 4);
                nibbles[i + 32] = std::byte((codes[i + 32] & 15) | (codes[i + 96] & 15) << 4);
                pairs[i] = std::byte(codes[i] >> 4 | codes[i + 32] >> 4 << 2
                    | codes[i + 64] >> 4 << 4 | codes[i + 96] >> 4 << 6);
            }
        }
    }

    /// Rounds the groups' scales to 8 bits, the largest to −128, and stores them.
    void storeScales(const std::array<float, groups>& scales, float largest, std::byte* block)
    {
        const float inverse = -128.0f / largest;
        storeHalf(1 / inverse, block + scaleAt);
        for (std::size_t g = 0; g < groups; ++g)
            block[scalesAt + g] = std::byte(std::min(127, nearestInt(inverse * scales[g])));
    }

    void encodeBlock(const float* x, const float* importance, std::byte* block)
    {
        std::array<std::uint8_t, blockSize> codes;
        std::array<float, groups> found;
        float largest = 0.0f;
        for (std::size_t g = 0; g < groups; ++g) {
            const std::size_t first = g * groupSize;
            found[g] = searchScale(x + first, importance ? importance + first : nullptr, groupSize,
                half, codes.data() + first);
            largest = std::fabs(found[g]) > std::fabs(largest) ? found[g] : largest;
        }
        if (std::fabs(largest) < zeroGroup) {
            std::fill_n(block, blockBytes, std::byte(0));
            return;
        }
        storeScales(found, largest, block);
        const BlockScales stored = scales(block);
        for (std::size_t g = 0; g < groups; ++g)
            if (stored.step[g] != 0.0f)
                roundToGrid(x + g * groupSize, groupSize, stored.step[g], 0.0f, half, 2 * half - 1,
                    codes.data() + g * groupSize);
        storeCodes(codes.data(), block);
    }

    void encode(
        const float* weights, std::size_t columns, const float* importance, std::byte* bytes)
    {
        for (std::size_t i = 0; i < columns; i += blockSize, bytes += blockBytes)
            encodeBlock(weights + i, importance ? importance + i : nullptr, bytes);
    }

    constexpr Grid grid{
        .groupSize = groupSize,
        .levels = levels,
        .uniform = true,
        .scales = scales,
        .storeCodes = storeCodes,
    };

} // namespace

const Format formats::q6_K{
    .name = "Q6_K",
    .ggmlType = 14,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Used,
    .grid = &grid,
    .errorBound = 0.0185f,
    .decodeBlocks = decode,
    .encodeRow = encode,
};

} // namespace core
