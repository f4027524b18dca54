// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

/// The codebooks of IQ1, IQ2 and IQ3: a code stands for the levels of eight or four weights at
/// once. Levels of IQ2 and IQ3 are magnitudes; the signs are stored beside them.
namespace core::formats::codebooks {

using Eight = std::array<std::int8_t, 8>;
using Four = std::array<std::int8_t, 4>;

extern const std::array<Eight, 2048> iq1; ///< −1, 0, 1
extern const std::array<Eight, 256> iq2xxs; ///< 8, 25, 43
extern const std::array<Eight, 512> iq2xs;
extern const std::array<Eight, 1024> iq2s;
extern const std::array<Four, 256> iq3xxs; ///< 4, 12, … 52, 62
extern const std::array<Four, 512> iq3s; ///< odd numbers up to 15

/// Eight signs of which seven are stored: the number of minus signs is even (ksigns_iq2xs in
/// ggml-common.h). Bit i: weight i is negative.
constexpr unsigned evenSigns(unsigned seven)
{
    return seven | unsigned(std::popcount(seven) & 1) << 7;
}

/// weights[i] = ±step·levels[i], negative where bit i of `signs` is set.
template<std::size_t count>
void decodeSigned(
    const std::array<std::int8_t, count>& levels, unsigned signs, float step, float* weights)
{
    for (std::size_t i = 0; i < count; ++i) {
        const float size = step * float(levels[i]);
        weights[i] = (signs >> i & 1) != 0 ? -size : size;
    }
}

} // namespace core::formats::codebooks
