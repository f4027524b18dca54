// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/rotarypermutation.h"

#include <cassert>
#include <cstring>

namespace core {

std::vector<std::byte> permuteToPairs(
    std::span<const std::byte> bytes, std::size_t rows, std::size_t headDim)
{
    assert(headDim % 2 == 0 && rows % headDim == 0 && bytes.size() % rows == 0);
    const std::size_t rowBytes = bytes.size() / rows;
    std::vector<std::byte> permuted(bytes.size());
    for (std::size_t head = 0; head < rows; head += headDim) {
        for (std::size_t i = 0; i < headDim; ++i) {
            const std::size_t from = head + i % 2 * (headDim / 2) + i / 2;
            std::memcpy(
                permuted.data() + (head + i) * rowBytes, bytes.data() + from * rowBytes, rowBytes);
        }
    }
    return permuted;
}

} // namespace core
