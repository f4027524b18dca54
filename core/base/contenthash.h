// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace core {

/// A 64-bit hash that finds damaged or changed files; no defence against forgery. FNV-1a over words
/// of 8 bytes, several GB/s.
class ContentHash {
public:
    void add(std::span<const std::byte> bytes)
    {
        for (std::size_t i = 0; i < bytes.size(); i += sizeof(std::uint64_t)) {
            std::uint64_t word = 0;
            std::memcpy(&word, bytes.data() + i, std::min(sizeof(word), bytes.size() - i));
            m_value = (m_value ^ word) * 0x100000001b3; // FNV's prime
            m_value ^= m_value >> 32; // the prime alone never carries high bits down
        }
        m_value = (m_value ^ bytes.size()) * 0x100000001b3; // so that padding zeros count
    }
    std::uint64_t value() const { return m_value; }

private:
    std::uint64_t m_value = 0xcbf29ce484222325; // FNV's start
};

} // namespace core
