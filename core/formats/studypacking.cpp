// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/studypacking.h"

#include "core/formats/blockbytes.h"
#include "core/formats/studycodec.h"
#include "core/formats/studylevels.h"

#include <algorithm>

namespace core::formats::study {

namespace {

    constexpr std::size_t digitsAByte = 5; // 3⁵ = 243

    bool isTernary(const Study& study) { return study.kind == Study::Kind::Ternary; }

    void packDigits(std::span<const std::uint8_t> codes, std::byte* bytes)
    {
        for (std::size_t first = 0; first < codes.size(); first += digitsAByte) {
            unsigned number = 0;
            for (std::size_t i = std::min(first + digitsAByte, codes.size()); i-- > first;)
                number = 3 * number + codes[i];
            *bytes++ = std::byte(number);
        }
    }

    void packBits(std::span<const std::uint8_t> codes, int bits, std::byte* bytes)
    {
        unsigned waiting = 0;
        int count = 0; // bits waiting, under 16
        for (const std::uint8_t code : codes) {
            waiting |= unsigned(code) << count;
            for (count += bits; count >= 8; count -= 8, waiting >>= 8)
                *bytes++ = std::byte(waiting);
        }
        if (count > 0)
            *bytes = std::byte(waiting);
    }

    /// Calls each(i, code) for every code.
    template<typename Each>
    void unpackBits(const std::byte* bytes, int bits, std::size_t count, const Each& each)
    {
        const unsigned mask = (1u << bits) - 1;
        unsigned waiting = 0;
        int there = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (there < bits) {
                waiting |= loadByte(bytes++) << there;
                there += 8;
            }
            each(i, waiting & mask);
            waiting >>= bits;
            there -= bits;
        }
    }

} // namespace

std::size_t packedBytes(const Study& study, std::size_t count)
{
    return isTernary(study) ? (count + digitsAByte - 1) / digitsAByte
                            : (count * std::size_t(study.bits) + 7) / 8;
}

void packCodes(const Study& study, std::span<const std::uint8_t> codes, std::byte* bytes)
{
    if (isEightBitFloat(study))
        std::ranges::transform(
            codes, bytes, [&](std::uint8_t code) { return byteOfLevel(study.levels, code); });
    else if (isTernary(study))
        packDigits(codes, bytes);
    else
        packBits(codes, study.bits, bytes);
}

void unpackLevels(const Study& study, const std::byte* bytes, std::span<float> levels)
{
    if (isEightBitFloat(study)) {
        for (std::size_t i = 0; i < levels.size(); ++i)
            levels[i] = valueOfByte(study.levels, bytes[i]);
    } else if (isTernary(study)) {
        unsigned left = 0;
        for (std::size_t i = 0; i < levels.size(); ++i, left /= 3) {
            left = i % digitsAByte == 0 ? loadByte(bytes++) : left;
            levels[i] = study.levels[left % 3];
        }
    } else {
        const std::size_t last = study.levels.size() - 1;
        unpackBits(bytes, study.bits, levels.size(), [&](std::size_t i, std::size_t code) {
            levels[i] = study.levels[std::min(code, last)];
        });
    }
}

} // namespace core::formats::study
