// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/files/outputfile.h"
#include "core/files/storedtensor.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace core {

// A GGUF file, version 3, little-endian (format document: ggml, docs/gguf.md).
// A string is its u64 length and its bytes.
//   bytes 0–3    "GGUF"
//   bytes 4–7    u32 version (2 and 3 are read, 3 is written)
//   bytes 8–15   u64 number of tensors
//   bytes 16–23  u64 number of metadata pairs
//   pairs        string key, u32 value type, value (array: u32 element type, u64 count, elements)
//   tensors      string name, u32 number of dimensions, u64 each (innermost first), u32 type,
//                u64 offset from the start of the data
//   padding      to general.alignment (32 if absent)
//   data         each tensor at its offset, padded to the alignment

/// Bytes a key may have, by the format document; tensor names get the same limit.
constexpr std::uint64_t ggufLongestKey = 65535;

/// An array of a metadata pair. Arrays of arrays are refused: no model has one.
using GgufArray = std::variant<std::vector<std::uint8_t>, std::vector<std::int8_t>,
    std::vector<std::uint16_t>, std::vector<std::int16_t>, std::vector<std::uint32_t>,
    std::vector<std::int32_t>, std::vector<float>, std::vector<bool>, std::vector<std::string>,
    std::vector<std::uint64_t>, std::vector<std::int64_t>, std::vector<double>>;
using GgufValue
    = std::variant<std::uint8_t, std::int8_t, std::uint16_t, std::int16_t, std::uint32_t,
        std::int32_t, float, bool, std::string, std::uint64_t, std::int64_t, double, GgufArray>;

/// Metadata pairs in file order.
class GgufMetadata {
public:
    GgufMetadata() = default;
    /// Requires: no key twice.
    explicit GgufMetadata(std::vector<std::pair<std::string, GgufValue>> pairs);

    const GgufValue* find(std::string_view key) const; ///< null if absent
    void set(std::string_view key, GgufValue value); ///< replaces in place or appends
    void remove(std::string_view key);
    const std::vector<std::pair<std::string, GgufValue>>& pairs() const { return m_pairs; }

private:
    std::vector<std::pair<std::string, GgufValue>> m_pairs;
};

/// A value for people: "llama", "4096 strings", "2".
std::string toText(const GgufValue& value);

/// general.alignment, 32 if absent. Throws Error naming `place` if it is no power of two or exceeds
/// 1 MiB.
std::uint32_t ggufAlignment(const GgufMetadata& metadata, const std::string& place);

struct GgufFile {
    std::filesystem::path path;
    GgufMetadata metadata;
    std::vector<StoredTensor> tensors;
    /// Which pieces of the model are not there, behind "«path»: "; mostly empty.
    std::string missing{};
};

/// Whether the file begins with "GGUF".
bool isGguf(const std::filesystem::path& file);

/// Opens a GGUF file, its tensors in the order of its list. One of a type that nothing here decodes
/// has no format, and the bytes up to the next. Throws Error (file, place, found, expected) for
/// damage: a wrong magic or version, a length beyond the file, a duplicate key or tensor, a row
/// that is no whole number of blocks, tensors that overlap, are not aligned or end after the file.
GgufFile readGguf(const std::filesystem::path& file);

/// One tensor of a file to be written: what its header says.
struct GgufTensorInfo {
    std::string name;
    const Format* format = nullptr;
    std::vector<std::int64_t> shape; ///< outermost first
};

/// Where everything will lie in the file to be written, to the byte, known before anything is.
struct GgufLayout {
    std::uint64_t dataStart = 0; ///< bytes before the data: header, pairs, tensors, padding
    std::vector<std::uint64_t> offsets; ///< of each tensor from the start of the file
    std::vector<std::uint64_t> sizes; ///< bytes of each tensor, without padding
    std::uint64_t fileSize = 0;
};
/// Throws Error for what no reader would load: a name of 64 bytes or more or one that comes twice,
/// more than 4 dimensions or one below 1, rows that are no whole number of blocks, an alignment
/// that is no power of two.
GgufLayout layoutGguf(const GgufMetadata& metadata, const std::vector<GgufTensorInfo>& tensors);

/// A tensor's bytes on their way into a file: its own, or somebody's who outlives it.
class GgufBytes {
public:
    GgufBytes(std::vector<std::byte> own)
        : m_own(std::move(own))
        , m_bytes(m_own)
    {
    }
    GgufBytes(std::span<const std::byte> lent)
        : m_bytes(lent)
    {
    }
    GgufBytes(GgufBytes&&) = default; // a vector's bytes stay where they are
    std::span<const std::byte> bytes() const { return m_bytes; }

private:
    std::vector<std::byte> m_own;
    std::span<const std::byte> m_bytes;
};

/// Writes `file` in place (callers write a temporary one and rename: AtomicFile). `bytesOf(i)`
/// gives tensor i's bytes, exactly `sizes[i]` of them, and is called once for each in order. Throws
/// Error if the folder is missing or the disk is full (how much was needed and is free), Cancelled.
/// Then, and when `bytesOf` throws, no file is left.
void writeGguf(const OutputPath& file, const GgufMetadata& metadata,
    const std::vector<GgufTensorInfo>& tensors,
    const std::function<GgufBytes(std::size_t)>& bytesOf, const Progress& progress);

} // namespace core
