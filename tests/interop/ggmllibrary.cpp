// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/interop/ggmllibrary.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <dlfcn.h>

#include <algorithm>
#include <cctype>
#include <string>

namespace interop {

using core::Error;
using core::text;

namespace {

    void* load(const std::filesystem::path& file)
    {
        if (void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL))
            return library;
        throw Error(text("cannot load ", file.filename().string(), ": ", dlerror()));
    }

    template<typename Function>
    void find(void* library, const std::string& name, Function*& function)
    {
        function = reinterpret_cast<Function*>(dlsym(library, name.c_str()));
        if (!function)
            throw Error(text("ggml's library has no function ", name));
    }

    /// ggml writes its formats in lower case, but the K of K formats as it is.
    std::string decoderName(const core::Format& format)
    {
        if (format.name == "F16" || format.name == "BF16")
            return format.name == "F16" ? "ggml_fp16_to_fp32_row" : "ggml_bf16_to_fp32_row";
        std::string name(format.name);
        std::ranges::transform(name, name.begin(),
            [](unsigned char c) { return c == 'K' ? 'K' : char(std::tolower(c)); });
        return "dequantize_row_" + name;
    }

} // namespace

void GgmlLibrary::Close::operator()(void* library) const { dlclose(library); }

GgmlLibrary::GgmlLibrary(const std::filesystem::path& folder)
    : m_library(load(folder / "libggml-base.so"))
    , m_processorLibrary(load(folder / "libggml-cpu-x64.so")) // its table is that of all variants
{
    find(m_processorLibrary.get(), "ggml_get_type_traits_cpu", m_traits);
    find(m_library.get(), "quantize_row_q8_K_ref", m_encodeQ8K);
    find(m_library.get(), "dequantize_row_q8_K", m_decodeQ8K);
    find(m_library.get(), "ggml_quantize_chunk", m_quantizeChunk);
    find(m_library.get(), "ggml_fp16_to_fp32", halfToFloat);
    find(m_library.get(), "ggml_fp32_to_fp16", floatToHalf);
    find(m_library.get(), "ggml_bf16_to_fp32", bfloat16ToFloat);
    find(m_library.get(), "ggml_fp32_to_bf16", floatToBfloat16);
    find(m_library.get(), "ggml_type_name", typeName);
    find(m_library.get(), "ggml_blck_size", blockSize);
    find(m_library.get(), "ggml_type_size", blockBytes);
}

void GgmlLibrary::encode(const core::Format& format, const float* weights, std::size_t rows,
    std::size_t columns, const float* importance, std::byte* bytes) const
{
    const std::size_t written = m_quantizeChunk(int(format.ggmlType), weights, bytes, 0,
        std::int64_t(rows), std::int64_t(columns), importance);
    if (written != rows * format.rowBytes(columns))
        throw Error(text("ggml_quantize_chunk: wrote ", written, " bytes of ", format.name,
            ", expected ", rows * format.rowBytes(columns)));
}

std::vector<std::byte> GgmlLibrary::encode(const core::Format& format,
    const std::vector<float>& weights, std::size_t columns,
    const std::vector<float>& importance) const
{
    const std::size_t rows = weights.size() / columns;
    std::vector<std::byte> bytes(rows * format.rowBytes(columns));
    encode(format, weights.data(), rows, columns, importance.empty() ? nullptr : importance.data(),
        bytes.data());
    return bytes;
}

GgmlLibrary::Decode GgmlLibrary::decoder(const core::Format& format) const
{
    if (format.name == "F32")
        return nullptr;
    Decode decode = nullptr;
    find(m_library.get(), decoderName(format), decode);
    return decode;
}

void GgmlLibrary::roundToQ8K(std::vector<float>& row) const
{
    constexpr std::size_t blockSize = 256, blockBytes = 4 + 256 + 32; // scale, codes, sums of 16
    std::vector<std::byte> bytes(row.size() / blockSize * blockBytes);
    m_encodeQ8K(row.data(), bytes.data(), std::int64_t(row.size()));
    m_decodeQ8K(bytes.data(), row.data(), std::int64_t(row.size()));
}

} // namespace interop
