// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <unordered_map>

namespace core {

// A zip archive (PKWARE, APPNOTE.TXT 6.3), read from its end. Numbers are little-endian.
//   entries    each: "PK\3\4", 22 bytes, u16 length of the name, u16 of the extra field, both of
//              these, then the entry's bytes
//   directory  each: "PK\1\2", u16 × 2, u16 flags (bit 0: encrypted), u16 method (0: stored), u32 ×
//   2,
//              u32 stored and u32 own size, u16 lengths of name, extra field and comment, 8 bytes,
//              u32 where the entry begins, then these three. A size or place of 2^32 − 1 stands as
//              u64 in the extra field's part 1 (zip64), in this order.
//   zip64      "PK\6\6", u64, u16 × 2, u32 × 2, u64 × 2 numbers of entries, u64 size and u64 place
//   of
//              the directory; then "PK\6\7", u32, u64 where it begins, u32. Absent in small files.
//   end        "PK\5\6", u16 × 2, u16 × 2 numbers of entries, u32 size and u32 place of the
//              directory, u16 length of a comment, and it

/// The entries of a zip archive, whose bytes stay where they are.
class ZipArchive {
public:
    /// Reads the directory. `bytes` must outlive the archive; `place` is the file's name. Throws
    /// Error for damage, and for an archive that is cut off (the directory stands at the end).
    ZipArchive(std::span<const std::byte> bytes, std::string place);

    bool contains(const std::string& name) const { return m_entries.contains(name); }
    /// The bytes of an entry. Throws Error if there is none, or it is compressed, encrypted or
    /// damaged.
    std::span<const std::byte> entry(const std::string& name) const;
    /// Name of the entry that ends in `tail` and stands first in the directory; empty: none.
    std::string firstEndingIn(const std::string& tail) const;

private:
    struct Entry {
        unsigned flags = 0, method = 0;
        std::uint64_t stored = 0, size = 0, start = 0;
        std::size_t number = 0;
    };
    struct Directory {
        std::uint64_t entries = 0, size = 0, start = 0;
    };
    Directory findDirectory() const;
    void readDirectory(const Directory& directory);

    std::span<const std::byte> m_bytes;
    std::string m_place;
    std::unordered_map<std::string, Entry> m_entries;
};

} // namespace core
