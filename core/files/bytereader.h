// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>

namespace core {

/// Reads little-endian values from bytes nobody vouches for. Every read checks what is left first
/// and throws Error: "«place»: «what» needs 8 bytes at byte 120, the file has 124".
class ByteReader {
public:
    /// `bytes` must outlive the reader. `place` is the file's name, for messages; `whyShort` ends
    /// those that say that the file is too short, as long as what is missing could be.
    ByteReader(std::span<const std::byte> bytes, std::string place, std::string whyShort = {});

    /// One integer, float or double.
    template<typename T>
    T number(const char* what)
    {
        static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>);
        static_assert(std::endian::native == std::endian::little);
        T value;
        std::memcpy(&value, bytes(sizeof(T), what).data(), sizeof(T));
        return value;
    }
    std::string string(std::uint64_t length, const char* what);
    /// The next `length` bytes where they lie.
    std::span<const std::byte> bytes(std::uint64_t length, const char* what);
    /// `count` itself, a count of things that take at least `minimumBytes` each: throws if they
    /// cannot all be there.
    std::uint64_t count(std::uint64_t count, std::size_t minimumBytes, const char* what) const;

    /// What has been read so far.
    std::span<const std::byte> readBytes() const { return m_bytes.first(m_position); }
    std::size_t position() const { return m_position; }
    std::size_t left() const { return m_bytes.size() - m_position; }
    const std::string& place() const { return m_place; }

private:
    std::string whyShort(std::uint64_t needed) const;

    std::span<const std::byte> m_bytes;
    std::string m_place;
    std::string m_whyShort;
    std::size_t m_position = 0;
};

} // namespace core
