// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace core {

class MappedFile;

// One file an item, "<key>.item" with a key of 32 hexadecimal digits:
//   bytes 0–7    "QSITEM01"
//   bytes 8–15   u64 ContentHash of everything after it
//   bytes 16–23  u64 length of the JSON
//   JSON         {"kind": "layer", "about": "…", …}: what it is, for people, and what reads it
//   the rest     the item's bytes

/// What lies on a shelf under a key.
struct ShelfItem {
    std::shared_ptr<const Json> head; ///< never null
    std::span<const std::byte> bytes; ///< mapped from the file
    std::size_t offset = 0; ///< of `bytes` in the file
    std::filesystem::path file;
    std::shared_ptr<const MappedFile>
        mapping; ///< keeps `bytes` alive, also when the item is removed
};

/// An item as it is listed.
struct ShelfEntry {
    std::string key, kind, about;
    std::uint64_t bytes = 0; ///< of its file
    std::filesystem::file_time_type lastUsed;
};

/// A folder of what was computed, under keys made of everything that it depends on: the same work
/// is not done twice, and a killed run goes on where it stopped. Each item is written beside its
/// place and renamed, and checked by its hash when it is found; a damaged one is removed, also one
/// that a power cut left torn. Several programs may use one folder at a time.
class Shelf {
public:
    static constexpr std::uint64_t usualLimit = 20'000'000'000; ///< bytes

    /// Creates the folder (its parent exists) and removes what killed programs left half-written.
    /// Throws Error. `limit` in bytes counts when room is made (trim); 0: none.
    explicit Shelf(std::filesystem::path folder, std::uint64_t limit = 0);

    const std::filesystem::path& folder() const { return m_folder; }
    std::uint64_t limit() const { return m_limit; }
    /// Counts from the next time that room is made. Safe while others use the shelf.
    void setLimit(std::uint64_t limit) { m_limit = limit; }

    /// The key of what is computed from all that `description` names.
    static std::string keyOf(const Json& description);

    bool has(const std::string& key) const; ///< without reading it
    /// The item, which counts as used now. Nothing if it is not there or was damaged.
    std::optional<ShelfItem> find(const std::string& key) const;
    /// Keeps `parts`, one after the other, and gives the item back. `head` has "kind" and "about".
    /// Throws Error if it cannot be written (disk full: needed and free).
    ShelfItem put(const std::string& key, const Json& head,
        std::span<const std::span<const std::byte>> parts) const;

    std::vector<ShelfEntry> entries() const; ///< the last used first
    void remove(const std::string& key) const;
    void clear() const; ///< removes every item
    /// Removes what was used longest ago until the rest and `wanted` more bytes are within the
    /// limit; never what `kept` names. What is mapped stays mapped.
    void trim(std::uint64_t wanted, const std::set<std::string>& kept) const;

private:
    std::filesystem::path fileOf(const std::string& key) const;

    std::filesystem::path m_folder;
    std::atomic<std::uint64_t> m_limit;
};

} // namespace core
