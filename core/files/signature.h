// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace core {

/// What a file is whose content is not what was expected, told from its first bytes, and what to do
/// about it; follows "«file»: ": "is a Git LFS pointer to 8.40 MB: …", "is empty: …". Nothing if
/// the bytes tell nothing, or that they are as expected.
enum class Expected { Json, Safetensors, Gguf };
std::optional<std::string> foreignContent(std::span<const std::byte> bytes, Expected expected);

/// The same told from the name alone, for what has no bytes of its own: "is an ONNX model: …".
std::optional<std::string> foreignName(const std::filesystem::path& file);

/// How to get on with a model that no file here can be read of.
inline constexpr const char* convertAdvice
    = "save it as safetensors (transformers: save_pretrained) or as GGUF (llama.cpp: "
      "convert_hf_to_gguf.py)";

} // namespace core
