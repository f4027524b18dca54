// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/decodedcomparison.h"

#include "core/base/parallel.h"
#include "core/base/vectormath.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace core {

DecodedComparison compareDecoded(
    const Format& format, std::span<const std::byte> a, std::span<const std::byte> b)
{
    const std::size_t tileBlocks = std::max<std::size_t>(
        1, (1 << 16) / std::size_t(format.blockSize)); // 256 kB decoded: the second cache
    const std::size_t blockBytes = std::size_t(format.blockBytes);
    const std::size_t blocks = a.size() / blockBytes;
    std::vector<DecodedComparison> found(
        (blocks + tileBlocks - 1) / tileBlocks, DecodedComparison::Equal);
    parallelFor(found.size(), [&](std::size_t tile) {
        const std::size_t first = tile * tileBlocks;
        const std::size_t count = std::min(tileBlocks, blocks - first);
        const std::byte* blocksOfA = a.data() + first * blockBytes;
        const std::byte* blocksOfB = b.data() + first * blockBytes;
        std::vector<float> left(count * std::size_t(format.blockSize)), right;
        format.decodeBlocks(blocksOfA, count, left.data());
        if (std::memcmp(blocksOfA, blocksOfB, count * blockBytes) != 0) {
            right.resize(left.size());
            format.decodeBlocks(blocksOfB, count, right.data());
        }
        if (!right.empty()
            && std::memcmp(left.data(), right.data(), left.size() * sizeof(float)) != 0)
            found[tile] = DecodedComparison::Different;
        else if (!vectormath::allFinite(left.data(), left.size()))
            found[tile] = DecodedComparison::NotFinite;
    });
    const auto bad = std::find_if(found.begin(), found.end(),
        [](DecodedComparison comparison) { return comparison != DecodedComparison::Equal; });
    return bad == found.end() ? DecodedComparison::Equal : *bad;
}

} // namespace core
