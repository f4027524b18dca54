// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

namespace core {

/// A 64-bit hash that finds damaged or changed files; no defence against forgery. FNV-1a over words
/// of 8 bytes, several GB/s.
class ContentHash {
public:
    void add(std::span<const std::byte> bytes) { add(std::span(&bytes, 1)); }

    /// Adds `parts`, one after the other, as one run of bytes.
    void add(std::span<const std::span<const std::byte>> parts)
    {
        std::uint64_t word = 0;
        std::size_t filled = 0; // bytes of `word`
        std::size_t size = 0;
        const auto fill = [&](std::span<const std::byte> bytes) {
            std::ranges::copy(
                bytes, std::as_writable_bytes(std::span(&word, 1)).subspan(filled).begin());
            filled += bytes.size();
        };
        for (std::span<const std::byte> bytes : parts) {
            size += bytes.size();
            if (filled > 0) {
                const auto missing = std::min(bytes.size(), sizeof(word) - filled);
                fill(bytes.first(missing));
                if (filled < sizeof(word))
                    continue;
                addWord(std::exchange(word, 0));
                filled = 0;
                bytes = bytes.subspan(missing);
            }
            for (; bytes.size() >= sizeof(word); bytes = bytes.subspan(sizeof(word))) {
                std::uint64_t next = 0;
                std::memcpy(&next, bytes.data(), sizeof(next));
                addWord(next);
            }
            fill(bytes);
        }
        if (filled > 0)
            addWord(word);
        m_value = (m_value ^ size) * prime; // so that padding zeros count
    }
    std::uint64_t value() const { return m_value; }

private:
    static constexpr std::uint64_t prime = 0x100000001b3; // FNV's

    void addWord(std::uint64_t word)
    {
        m_value = (m_value ^ word) * prime;
        m_value ^= m_value >> 32; // the prime alone never carries high bits down
    }

    std::uint64_t m_value = 0xcbf29ce484222325; // FNV's start
};

} // namespace core
