// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

#include <cstddef>
#include <span>

namespace core {

/// What comparing two runs of blocks by what they decode to shows.
enum class DecodedComparison { Equal, Different, NotFinite };

/// Equal: the same floats, bit for bit, and all finite. Equal bytes are decoded once: a decoder
/// knows nothing else. Requires: as many bytes, whole blocks. On all processors.
DecodedComparison compareDecoded(
    const Format& format, std::span<const std::byte> a, std::span<const std::byte> b);

} // namespace core
