// SPDX-License-Identifier: GPL-3.0-or-later
//
// IQ4_XS: 256 weights a super-block in 8 groups of 32, 136 bytes.
//   0–1    scale d of the scales, binary16, of either sign
//   2–3    bits 4–5 of group g's scale s in bits 2·g and 2·g + 1, little-endian
//   4–7    bits 0–3 of s: groups 2·i in the lower, 2·i + 1 in the upper half of byte 4 + i
//   8–135  codes of 4 bits: group g's code i < 16 in the lower, code i + 16 in the upper half of
//          byte 8 + 16·g + i
// A weight is d·(s − 32)·level[code] with the levels of iq4.h.
// Error: 7.6 % of the root mean square of normal weights.
#include "core/formats/blockbytes.h"
#include "core/formats/codes.h"
#include "core/formats/format.h"
#include "core/formats/iq4.h"
#include "core/formats/search.h"

#include <algorithm>
#include <cmath>

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 256;
    constexpr int blockBytes = 136;
    constexpr int groups = 8;
    constexpr int highAt = 2;
    constexpr int lowAt = 4;
    constexpr int codesAt = 8;
    constexpr int half = 32; ///< s of a scale of 0

    BlockScales scales(const std::byte* block)
    {
        const float d = loadHalf(block);
        BlockScales scales;
        for (int g = 0; g < groups; ++g) {
            const unsigned low = loadByte(block + lowAt + g / 2) >> g % 2 * 4 & 15;
            const unsigned high = loadByte(block + highAt + g / 4) >> g % 4 * 2 & 3;
            scales.step[std::size_t(g)] = d * float(int(low | high << 4) - half);
        }
        return scales;
    }

    void storeScales(const std::array<int, groups>& s, std::byte* block)
    {
        for (std::size_t i = 0; i < 2; ++i)
            block[highAt + i] = std::byte(s[4 * i] >> 4 | s[4 * i + 1] >> 4 << 2
                | s[4 * i + 2] >> 4 << 4 | s[4 * i + 3] >> 4 << 6);
        for (std::size_t i = 0; i < 4; ++i)
            block[lowAt + i] = std::byte((s[2 * i] & 15) | (s[2 * i + 1] & 15) << 4);
    }

    void decode(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += blockBytes) {
            const BlockScales s = scales(bytes);
            for (std::size_t g = 0; g < groups; ++g, weights += iq4::groupSize)
                iq4::decodeGroup(bytes + codesAt + 16 * g, s.step[g], weights);
        }
    }

    void storeCodes(const std::uint8_t* codes, std::byte* block)
    {
        for (int g = 0; g < groups; ++g)
            storeNibbles(codes + 32 * g, block + codesAt + 16 * g);
    }

    void encodeBlock(const float* x, const float* importance, std::byte* block)
    {
        const float variance = sumOfSquares(x, blockSize) * (2.0f / blockSize);
        std::array<float, groups> found;
        float largest = 0.0f;
        for (std::size_t g = 0; g < groups; ++g) {
            const std::size_t first = g * iq4::groupSize;
            const auto weight
                = iq4::groupWeights(x + first, importance ? importance + first : nullptr, variance);
            found[g] = iq4::searchScale(x + first, weight.data());
            largest = std::fabs(found[g]) > std::fabs(largest) ? found[g] : largest;
        }
        const float d = -largest / half;
        const float inverse = d != 0.0f ? 1 / d : 0.0f;
        std::array<int, groups> s;
        std::array<std::uint8_t, blockSize> codes;
        for (std::size_t g = 0; g < groups; ++g) {
            const int level = std::clamp(nearestInt(inverse * found[g]), -half, half - 1);
            const float step = d * float(level);
            s[g] = level + half;
            iq4::roundToLevels(x + g * iq4::groupSize, step != 0.0f ? 1 / step : 0.0f,
                codes.data() + g * iq4::groupSize);
        }
        storeHalf(d, block);
        storeScales(s, block);
        storeCodes(codes.data(), block);
    }

    void encode(
        const float* weights, std::size_t columns, const float* importance, std::byte* bytes)
    {
        for (std::size_t i = 0; i < columns; i += blockSize, bytes += blockBytes)
            encodeBlock(weights + i, importance ? importance + i : nullptr, bytes);
    }

    constexpr Grid grid{
        .groupSize = iq4::groupSize,
        .levels = iq4::levels,
        .uniform = false,
        .scales = scales,
        .storeCodes = storeCodes,
    };

} // namespace

const Format formats::iq4_XS{
    .name = "IQ4_XS",
    .ggmlType = 23,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Used,
    .grid = &grid,
    .errorBound = 0.079f,
    .decodeBlocks = decode,
    .encodeRow = encode,
};

} // namespace core
