// SPDX-License-Identifier: GPL-3.0-or-later
//
// Numbers of programs, one a block, little-endian: F64, I8 … I64, U8 … U64 and BOOL (a byte, 0 or
// not). They are shown and kept. As floats they are rounded to 24 significant bits.
#include "core/formats/format.h"

#include <cstring>

namespace core {

namespace {

    template<typename Number>
    void decode(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t i = 0; i < blocks; ++i) {
            Number number;
            std::memcpy(&number, bytes + i * sizeof(Number), sizeof(Number));
            weights[i] = float(number);
        }
    }

    void decodeTruth(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t i = 0; i < blocks; ++i)
            weights[i] = bytes[i] != std::byte(0) ? 1.0f : 0.0f;
    }

    constexpr Format format(std::string_view name, std::uint32_t ggmlType, int bytes,
        void (*decoder)(const std::byte*, std::size_t, float*), bool isWhole = true)
    {
        return {
            .name = name,
            .ggmlType = ggmlType,
            .blockSize = 1,
            .blockBytes = bytes,
            .importance = Format::Importance::Ignored,
            .grid = nullptr,
            .errorBound = 0.0f,
            .decodeBlocks = decoder,
            .encodeRows = nullptr,
            .isWhole = isWhole,
        };
    }

} // namespace

const Format formats::f64 = format("F64", 28, 8, decode<double>, false);
const Format formats::i8 = format("I8", 24, 1, decode<std::int8_t>);
const Format formats::i16 = format("I16", 25, 2, decode<std::int16_t>);
const Format formats::i32 = format("I32", 26, 4, decode<std::int32_t>);
const Format formats::i64 = format("I64", 27, 8, decode<std::int64_t>);
const Format formats::u8 = format("U8", noGgmlType, 1, decode<std::uint8_t>);
const Format formats::u16 = format("U16", noGgmlType, 2, decode<std::uint16_t>);
const Format formats::u32 = format("U32", noGgmlType, 4, decode<std::uint32_t>);
const Format formats::u64 = format("U64", noGgmlType, 8, decode<std::uint64_t>);
const Format formats::boolean = format("BOOL", noGgmlType, 1, decodeTruth);

} // namespace core
