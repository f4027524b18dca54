// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace core {

class MappedFile;
class RowSource;

/// A named tensor as it lies in a file: its bytes stay where they are, at any alignment.
struct StoredTensor {
    std::string name;
    const Format* format = nullptr; ///< null: bytes that cannot be decoded, of …
    std::string dtype; ///< … the file's own name for people; empty of a GGUF's that are decoded
    std::vector<std::int64_t> shape; ///< outermost first: (rows, columns); columns are contiguous
    std::span<const std::byte> bytes; ///< exactly the tensor's, inside the mapped file
    std::size_t offset = 0; ///< of `bytes` from the start of the file
    std::string file; ///< path, for messages
    std::shared_ptr<const MappedFile> mapping; ///< of `file`, keeps `bytes` alive
    /// Where the weights come from that another tool quantized (quantizedTensors); `bytes` are
    /// empty then, and `format` is F32. Mostly null.
    std::shared_ptr<const RowSource> source{};
};

/// What `tensor` is stored as, for people: "Q4_K", "I64", "C64".
std::string_view storedType(const StoredTensor& tensor);

/// Values first … first + count − 1 of a tensor as floats; at most what it holds. Requires: `first`
/// is a multiple of the format's block. Throws Error where nothing here decodes its type. Pure.
std::vector<float> decodedValues(
    const StoredTensor& tensor, std::uint64_t first, std::uint64_t count);

/// Weights in a tensor of `shape` (1 for a scalar), or nothing if that exceeds 2^63 − 1 or a
/// dimension is negative.
std::optional<std::uint64_t> weightCount(std::span<const std::int64_t> shape);

/// Bytes of a tensor of `shape` in `format`, or nothing if its rows are no whole number of blocks
/// or the product exceeds 2^63 − 1.
std::optional<std::uint64_t> byteCount(const Format& format, std::span<const std::int64_t> shape);

/// A shape for people, outermost first: "[576, 1536]".
std::string shapeText(std::span<const std::int64_t> shape);

} // namespace core
