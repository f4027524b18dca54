// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/formatfunction.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace core {

/// What one block's stored scales mean. Group g of the block (`Grid::groupSize` weights) decodes
/// to  value = step[g] * level + offset[g]  with `level` from `Grid::levels`.
/// `step` may be negative (Q4_0, Q5_0, Q3_K, Q6_K) or zero (an all-zero group).
struct BlockScales {
    std::array<float, 16> step{};
    std::array<float, 16> offset{};
};

/// The levels that the weights of one block can take: what GPTQ rounds to and the ruler draws.
struct Grid {
    int groupSize; ///< weights that share one step and offset; divides the block's size
    std::span<const float> levels; ///< level of code 0, 1, …, strictly ascending (Q4_0: −8 … 7)
    /// Whether levels are consecutive integers, so that a code is found by rounding.
    bool uniform;

    /// The scales stored in `block`. Pure.
    FormatFunction<BlockScales(const std::byte* block)> scales;
    /// Replaces the codes of `block` (one a weight, index into `levels`), leaving its scales.
    FormatFunction<void(const std::uint8_t* codes, std::byte* block)> storeCodes;
};

/// Rows of finite weights to be encoded, and where their bytes go.
struct RowsToEncode {
    const float* weights;
    std::size_t stride; ///< floats from one row to the next
    std::size_t rows;
    std::size_t columns; ///< a multiple of the format's blockSize
    const float* importance; ///< null, or one non-negative weight a column
    std::byte* bytes;
    std::size_t byteStride; ///< bytes from one row's to the next's
};

constexpr std::uint32_t noGgmlType = 0xffffffff;

/// One number format, named as GGUF names it: its bytes, its decoder, its encoder. What GGUF does
/// not have is a study format (core/formats/study.h).
/// Formats are constants that live as long as the program; compare them by address.
struct Format {
    std::string_view name; ///< "Q4_K"
    std::uint32_t ggmlType; ///< its id in a GGUF file; noGgmlType for a study format
    int blockSize; ///< weights in a block; a row is a whole number of blocks
    int blockBytes;
    /// Whether `encode` makes use of importance.
    enum class Importance { Ignored, Used } importance;
    const Grid* grid; ///< null for floating-point formats (F32, F16, BF16)
    /// Bound of the root mean square rounding error relative to the root mean square of
    /// normally distributed weights, without importance. Tests hold the encoder to it.
    float errorBound; // 0 without one

    /// Decodes `blocks` whole blocks. Pure, bit-identical to ggml's dequantize_row_*.
    FormatFunction<void(const std::byte* bytes, std::size_t blocks, float* weights)> decodeBlocks;
    /// Encodes rows, each byte-identical to ggml's reference and independent of the others: many at
    /// once are quicker. Pure. Null where tensors can only be read and kept: canEncode().
    FormatFunction<void(const RowsToEncode& rows)> encodeRows;

    /// Null, or what makes it a format for study (core/formats/study.h), which no GGUF file holds.
    const Study* study = nullptr;
    /// Bytes of a row that are a copy of what all weights of the tensor share: they count once.
    int sharedBytes = 0;
    /// Whether it is the integers or truth values of a program, such as positions and masks, and
    /// not weights.
    bool isWhole = false;

    /// Whether weights can be rounded to it.
    bool canEncode() const { return bool(encodeRows); }
    /// Whether a tensor stored in it was rounded before, to blocks with scales of their own.
    bool isQuantized() const { return blockSize > 1; }

    /// Encodes one row. `importance` may be null.
    void encodeRow(
        const float* weights, std::size_t columns, const float* importance, std::byte* bytes) const
    {
        encodeRows({ weights, columns, 1, columns, importance, bytes, rowBytes(columns) });
    }
    /// Bytes of scales included; those that the whole tensor shares are left out.
    double bitsPerWeight() const { return 8.0 * (blockBytes - sharedBytes) / blockSize; }
    bool fits(std::size_t columns) const { return columns % std::size_t(blockSize) == 0; }
    /// Bytes of one row. Requires: fits(columns).
    std::size_t rowBytes(std::size_t columns) const
    {
        return columns / std::size_t(blockSize) * std::size_t(blockBytes);
    }
    /// Bytes that a tensor takes, what is shared counted once. Requires: rows > 0, fits(columns).
    std::uint64_t tensorBytes(std::uint64_t rows, std::size_t columns) const
    {
        return rows * rowBytes(columns) - (rows - 1) * std::uint64_t(sharedBytes);
    }
};

/// An encodeRows made of a function for one row.
template<void (*encodeRow)(
    const float* weights, std::size_t columns, const float* importance, std::byte* bytes)>
void eachRow(const RowsToEncode& r)
{
    for (std::size_t row = 0; row < r.rows; ++row)
        encodeRow(
            r.weights + row * r.stride, r.columns, r.importance, r.bytes + row * r.byteStride);
}

/// Every format that weights can be rounded to and a GGUF file can hold, from the most to the
/// fewest bits a weight: what is offered as a choice.
std::span<const Format* const> allFormats();

/// Every format that a tensor is read in: those, and those without an encoder.
std::span<const Format* const> storedFormats();

/// "F32, F16, …, Q1_0 or a study format like INT4_ASYM_G64": what a message expects.
std::string formatNames();

/// The format of that name in any case ("Q4_K", "q8_0") that weights can be rounded to, study
/// formats included, or null.
const Format* findFormat(std::string_view name);

/// The same, or a format that tensors are only read in ("IQ2_XXS", "F64", "I32").
const Format* findStoredFormat(std::string_view name);

/// A name as formats and presets have it: in upper case (ASCII).
std::string formatSpelling(std::string_view name);

/// The format with that id in GGUF, with or without an encoder, or null.
const Format* findFormat(std::uint32_t ggmlType);

/// What a GGUF type id names, also where Quantscope has no such format: "Q4_2 (removed)", "IQ3_KT
/// (of ik_llama.cpp)", "unknown type 77".
std::string ggmlTypeName(std::uint32_t ggmlType);

namespace formats {
    extern const Format f32, f16, bf16, q8_0, q6_K, q5_1, q5_0, q5_K, q4_1, q4_0, q4_K, iq4_NL,
        nvfp4, iq4_XS, mxfp4, q3_K, q2_K, q2_0, tq2_0, tq1_0, q1_0;
    // Without an encoder: codebooks, what runtimes round activations to, numbers of programs
    extern const Format iq3_S, iq3_XXS, iq2_S, iq2_XS, iq2_XXS, iq1_M, iq1_S, q8_1, q8_K, f64, i8,
        i16, i32, i64;
    // … and what only safetensors and PyTorch files hold
    extern const Format u8, u16, u32, u64, boolean, f8_E4M3, f8_E5M2, f8_E8M0;
}

} // namespace core
