// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace core {

// SentencePiece's precompiled_charsmap says which characters become which (sentencepiece,
// src/normalizer.cc; darts.h):
//   0  u32  n, bytes of the double array
//   4  n    its units, u32 little endian: bits 0-7 label, 8 has a value, 9 wide offset, 10-30
//           offset to the children, by exclusive or; a value has bit 31 set, the rest is an offset
//           into what follows
//   4+n     replacements, each ended by a zero byte

/// Such a map. Immutable; safe to use from several threads.
class CharsMap {
public:
    CharsMap() = default;
    /// Throws Error naming `place` if the array does not fit into `bytes`.
    CharsMap(std::string_view bytes, const std::string& place);

    bool empty() const { return m_units.empty(); }

    struct Match {
        std::size_t length; ///< bytes that are replaced
        std::string_view by;
    };
    /// The longest beginning of `text` that is replaced; empty: none is. Damage beyond the reach of
    /// the constructor ends a search.
    std::optional<Match> find(std::string_view text) const;

private:
    std::vector<std::uint32_t> m_units;
    std::string m_replacements; ///< ends with a zero byte
};

} // namespace core
