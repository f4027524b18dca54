// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/bytereader.h"
#include "core/stats/histogram.h"
#include "core/stats/moments.h"

#include <cstddef>
#include <span>
#include <vector>

namespace core {

// Statistics as bytes, little-endian, for the items of the shelf that hold them.

/// Puts numbers one after the other.
class StatsWriter {
public:
    template<typename T>
    void number(T value)
    {
        all(std::span<const T>(&value, 1));
    }
    template<typename T>
    void all(std::span<const T> values)
    {
        const auto bytes = std::as_bytes(values);
        m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
    }
    void moments(const Moments& moments); ///< 3 u64, 6 f64
    void histogram(const Histogram& histogram); ///< 2 f64, u32 bins, u64 each

    std::vector<std::byte> take() { return std::move(m_bytes); }

private:
    std::vector<std::byte> m_bytes;
};

// The other way. All throw Error naming the reader's place for bytes that are cut short.
Moments readMoments(ByteReader& in);
Histogram readHistogram(ByteReader& in);

template<typename T>
std::vector<T> readNumbers(ByteReader& in, std::uint64_t count, const char* what)
{
    in.count(count, sizeof(T), what);
    std::vector<T> values(count);
    for (T& value : values)
        value = in.number<T>(what);
    return values;
}

} // namespace core
