// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace core {

/// Reads little-endian values from bytes nobody vouches for. Every read checks what is left first
/// and throws Error: "«place»: «what» needs 8 bytes at byte 120, the file has 124".
class ByteReader {
public:
    ByteReader(std::span<const std::byte> bytes, std::string place);

    template<typename T>
    T number(const char* what); ///< integers, float, double
    std::string string(std::uint64_t length, const char* what);
    std::span<const std::byte> bytes(std::uint64_t length, const char* what);
    /// A count of things that take at least `minimumBytes` each: throws if they cannot all be there.
    std::uint64_t count(std::uint64_t count, std::size_t minimumBytes, const char* what) const;

    std::size_t position() const { return m_position; }
    std::size_t left() const { return m_bytes.size() - m_position; }
    const std::string& place() const { return m_place; }

private:
    std::span<const std::byte> m_bytes;
    std::string m_place;
    std::size_t m_position = 0;
};

} // namespace core
