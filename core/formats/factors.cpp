// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/factors.h"

#include "core/formats/blockbytes.h"

#include <algorithm>
#include <array>

namespace core {

namespace {

    struct Entry {
        const Format* format;
        BlockFactors factors;
    };

    /// As the head of each format's file draws them.
    constexpr std::array entries{
        Entry{ &formats::q4_0, { 0, std::nullopt } },
        Entry{ &formats::q4_1, { 0, 2 } },
        Entry{ &formats::q5_0, { 0, std::nullopt } },
        Entry{ &formats::q5_1, { 0, 2 } },
        Entry{ &formats::q8_0, { 0, std::nullopt } },
        Entry{ &formats::q2_K, { 80, 82 } },
        Entry{ &formats::q3_K, { 108, std::nullopt } },
        Entry{ &formats::q4_K, { 0, 2 } },
        Entry{ &formats::q5_K, { 0, 2 } },
        Entry{ &formats::q6_K, { 208, std::nullopt } },
        Entry{ &formats::iq4_NL, { 0, std::nullopt } },
        Entry{ &formats::iq4_XS, { 0, std::nullopt } },
    };

} // namespace

std::optional<BlockFactors> blockFactors(const Format& format)
{
    const auto found = std::ranges::find(entries, &format, &Entry::format);
    return found == entries.end() ? std::nullopt : std::optional(found->factors);
}

float loadFactor(const std::byte* block, std::size_t at) { return formats::loadHalf(block + at); }

void storeFactor(float value, std::byte* block, std::size_t at)
{
    formats::storeHalf(value, block + at);
}

} // namespace core
