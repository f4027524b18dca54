// SPDX-License-Identifier: GPL-3.0-or-later
//
// Q3_K: 256 weights a super-block in 16 groups of 16, 110 bytes.
//   0–31     bit 2 of the 256 codes: code 32·k + i in bit k of byte i, i < 32
//   32–95    bits 0–1, as storeBitPairs lays them
//   96–103   bits 0–3 of group g's scale s: g < 8 in the lower, g + 8 in the upper half of byte 96
//   + g 104–107  bits 4–5 of s: group 4·k + i in bits 2·k and 2·k + 1 of byte 104 + i, i < 4
//   108–109  scale d of the scales, binary16, of either sign
// A weight is d·(s − 32)·(code − 4). A group's scale is searched, rounded to 6 bits, and all codes
// are rounded anew. Error: 15.1 % of the root mean square of normal weights.
#include "core/formats/blockbytes.h"
#include "core/formats/codes.h"
#include "core/formats/format.h"
#include "core/formats/search.h"

#include <algorithm>
#include <cmath>

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 256;
    constexpr int blockBytes = 110;
    constexpr int groups = 16;
    constexpr int groupSize = 16;
    constexpr int half = 4; ///< code of level 0
    constexpr int scaleHalf = 32; ///< s of a scale of 0
    constexpr int pairsAt = 32;
    constexpr int scalesAt = 96;
    constexpr int scaleAt = 108;
    constexpr auto levels = consecutiveLevels<8>(-half);

    using ScaleCodes = std::array<std::uint8_t, groups>;

    BlockScales scales(const std::byte* block)
    {
        const float d = loadHalf(block + scaleAt);
        BlockScales scales;
        for (int g = 0; g < groups; ++g) {
            const unsigned low = loadByte(block + scalesAt + g % 8) >> g / 8 * 4 & 15;
            const unsigned high = loadByte(block + scalesAt + 8 + g % 4) >> g / 4 * 2 & 3;
            scales.step[std::size_t(g)] = d * float(int(low | high << 4) - scaleHalf);
        }
        return scales;
    }

    void storeScales(const ScaleCodes& codes, std::byte* block)
    {
        for (std::size_t g = 0; g < 8; ++g)
            block[scalesAt + g] = std::byte((codes[g] & 15) | (codes[g + 8] & 15) << 4);
        for (std::size_t i = 0; i < 4; ++i)
            block[scalesAt + 8 + i] = std::byte(codes[i] >> 4 | codes[i + 4] >> 4 << 2
                | codes[i + 8] >> 4 << 4 | codes[i + 12] >> 4 << 6);
    }

    void decode(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += blockBytes) {
            const BlockScales s = scales(bytes);
            for (int g = 0; g < groups; ++g, weights += groupSize) {
                const std::byte* plane = bytes + g % 2 * groupSize;
                const std::byte* pairs = bytes + pairsAt + g / 8 * 32 + g % 2 * groupSize;
                const int shift = g % 8 / 2 * 2;
                const float step = s.step[std::size_t(g)];
                for (int i = 0; i < groupSize; ++i) {
                    const unsigned low = loadByte(pairs + i) >> shift & 3;
                    const unsigned high = loadByte(plane + i) >> g / 2 & 1;
                    weights[i] = step * float(int(low | high << 2) - half);
                }
            }
        }
    }

    void storeCodes(const std::uint8_t* codes, std::byte* block)
    {
        storeBitPlane(codes, 2, block);
        storeBitPairs(codes, block + pairsAt);
    }

    /// Rounds the groups' scales to 6 bits, the largest to −32. Gives d.
    float roundPlain(const std::array<float, groups>& scales, ScaleCodes& codes)
    {
        float largest = 0.0f;
        for (const float scale : scales)
            largest = std::fabs(scale) > std::fabs(largest) ? scale : largest;
        codes.fill(0);
        if (largest == 0.0f)
            return 0.0f;
        const float inverse = -float(scaleHalf) / largest;
        for (std::size_t g = 0; g < groups; ++g) {
            const int level = std::int8_t(nearestInt(inverse * scales[g])); // 8 bits, as in ggml
            codes[g] = std::uint8_t(std::clamp(level, -scaleHalf, scaleHalf - 1) + scaleHalf);
        }
        return 1 / inverse;
    }

    /// Searches the scales of all groups and stores them, rounded.
    void encodeScales(
        const float* x, const float* importance, std::uint8_t* codes, std::byte* block)
    {
        std::array<float, groups> found;
        std::array<float, groups> together{}; // the weights of each group
        const float variance = importance ? 2 * sumOfSquares(x, blockSize) / blockSize : 0.0f;
        for (std::size_t g = 0; g < groups; ++g) {
            const std::size_t first = g * groupSize;
            if (!importance) {
                found[g] = searchScaleByMoves(x + first, groupSize, half, codes + first);
                continue;
            }
            std::array<float, groupSize> weight;
            weighByImportance(x + first, importance + first, variance, groupSize, weight.data());
            for (const float w : weight)
                together[g] += w;
            found[g] = searchScale(x + first, weight.data(), groupSize, half, codes + first);
        }
        ScaleCodes rounded;
        const float d = importance
            ? searchScale(found.data(), together.data(), groups, scaleHalf, rounded.data())
            : roundPlain(found, rounded);
        storeHalf(d, block + scaleAt);
        storeScales(rounded, block);
    }

    void encodeBlock(const float* x, const float* importance, std::byte* block)
    {
        std::array<std::uint8_t, blockSize> codes;
        encodeScales(x, importance, codes.data(), block);
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

const Format formats::q3_K{
    .name = "Q3_K",
    .ggmlType = 11,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Used,
    .grid = &grid,
    .errorBound = 0.156f,
    .decodeBlocks = decode,
    .encodeRow = encode,
};

} // namespace core
