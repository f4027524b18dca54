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

    template<typename Function>
    void find(void* library, const std::string& name, Function*& function)
    {
        function = reinterpret_cast<Function*>(dlsym(library, name.c_str()));
        if (!function)
            throw Error(text("libggml-base.so: has no function ", name));
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
    : m_library(dlopen((folder / "libggml-base.so").c_str(), RTLD_NOW | RTLD_LOCAL))
{
    if (!m_library)
        throw Error(text("cannot load libggml-base.so: ", dlerror()));
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

} // namespace interop
