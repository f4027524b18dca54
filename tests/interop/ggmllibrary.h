// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace interop {

/// ggml's own encoders, decoders and conversions from libggml-base.so, which needs no initialising.
class GgmlLibrary {
public:
    /// Throws core::Error if the library or one of its functions is missing.
    explicit GgmlLibrary(const std::filesystem::path& folder);

    /// `weights` as rows of `columns`, encoded by ggml_quantize_chunk.
    /// `importance` is empty or has one weight a column.
    std::vector<std::byte> encode(const core::Format& format, const std::vector<float>& weights,
        std::size_t columns, const std::vector<float>& importance) const;

    /// The same into memory of the caller, for timing. `importance` may be null.
    void encode(const core::Format& format, const float* weights, std::size_t rows,
        std::size_t columns, const float* importance, std::byte* bytes) const;

    using Decode = void (*)(const void* bytes, float* weights, std::int64_t count);

    /// ggml's decoder of a format; null for F32, which needs none.
    Decode decoder(const core::Format& format) const;

    /// The type that a matrix of `format` is multiplied with, by ggml's processor code.
    std::uint32_t partner(const core::Format& format) const
    {
        return m_traits(int(format.ggmlType))->partner;
    }
    /// `row` rounded to Q8_K, as that code rounds activations beside blocks of 256.
    void roundToQ8K(std::vector<float>& row) const;

    float (*halfToFloat)(std::uint16_t) = nullptr;
    std::uint16_t (*floatToHalf)(float) = nullptr;
    float (*bfloat16ToFloat)(std::uint16_t) = nullptr;
    std::uint16_t (*floatToBfloat16)(float) = nullptr;
    const char* (*typeName)(int) = nullptr;
    std::int64_t (*blockSize)(int) = nullptr;
    std::size_t (*blockBytes)(int) = nullptr;

private:
    using QuantizeChunk = std::size_t (*)(int type, const float* weights, void* bytes,
        std::int64_t start, std::int64_t rows, std::int64_t columns, const float* importance);

    /// The beginning of ggml_type_traits_cpu (ggml-cpu.h).
    struct Traits {
        void* fromFloat;
        void* dot;
        std::uint32_t partner; ///< vec_dot_type
    };

    struct Close {
        void operator()(void* library) const;
    };
    std::unique_ptr<void, Close> m_library, m_processorLibrary;
    const Traits* (*m_traits)(int type) = nullptr;
    void (*m_encodeQ8K)(const float* weights, void* bytes, std::int64_t count) = nullptr;
    Decode m_decodeQ8K = nullptr;
    QuantizeChunk m_quantizeChunk = nullptr;
};

} // namespace interop
