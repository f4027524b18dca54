// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace support {

/// A tensor of a safetensors file to be written: its header entry and its bytes.
struct SafetensorsEntry {
    std::string name;
    std::string dtype; ///< "BF16"
    std::vector<std::int64_t> shape;
    std::string bytes;
};

/// The bytes of a sound safetensors file: header, then the tensors one after the other.
std::string safetensorsBytes(const std::vector<SafetensorsEntry>& entries);

/// The bytes of a file with `header` as it is, followed by `data`: for damaged ones.
std::string safetensorsBytes(const std::string& header, const std::string& data);

} // namespace support
