// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/config.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace core {

// Reading the keys of a model's configuration. Every message names the file and the key.

/// A config.json.
class ConfigKeys {
public:
    /// `place` is the file; both are kept by reference.
    ConfigKeys(const Json& config, const std::string& place)
        : m_config(config)
        , m_place(place)
    {
    }

    bool has(const char* key) const; ///< and is not null
    /// A whole number from 1 to `largest`; `fallback` (0: none, it must be there) if it is absent.
    int size(
        const char* key, std::int64_t fallback = 0, std::int64_t largest = largestModelSize) const;
    /// The same under the first of two names that is there.
    int sizeOf(const char* key, const char* otherKey) const;
    double positive(const char* key, double fallback) const;
    double positive(const char* key) const; ///< must be there
    double number(const char* key, double fallback) const; ///< finite
    bool flag(const char* key, bool fallback) const;
    std::string word(const char* key, const char* fallback) const;
    /// A list of words; empty if absent.
    std::vector<std::string> words(const char* key) const;
    /// A list of numbers; empty if absent.
    std::vector<double> numbers(const char* key) const;
    /// The object under `key`; null if there is none.
    const Json* part(const char* key) const;

    const Json& json() const { return m_config; }
    const std::string& place() const { return m_place; }

private:
    const Json& m_config;
    const std::string& m_place;
};

/// The pairs of a GGUF whose keys begin with its architecture. Keys are given without it:
/// "attention.head_count".
class GgufKeys {
public:
    GgufKeys(const GgufMetadata& metadata, std::string architecture, const std::string& place)
        : m_metadata(metadata)
        , m_prefix(std::move(architecture) + ".")
        , m_place(place)
    {
    }

    std::string full(std::string_view key) const { return m_prefix + std::string(key); }
    bool has(std::string_view key) const;
    std::optional<double> number(std::string_view key) const;
    std::optional<double> positive(std::string_view key) const;
    std::optional<std::string> word(std::string_view key) const;
    std::optional<bool> flag(std::string_view key) const;
    /// A whole number from 1 to `largest`; none if absent.
    std::optional<int> size(std::string_view key, std::int64_t largest = largestModelSize) const;
    int required(std::string_view key, std::int64_t largest = largestModelSize) const;
    /// A number for each of `count` layers, from an array of that many or one number for all; empty
    /// if absent.
    std::vector<double> perLayer(std::string_view key, int count) const;
    /// perLayer where all must be alike and `size` holds.
    std::optional<int> sameSize(std::string_view key, int layers) const;

    const std::string& place() const { return m_place; }

private:
    const GgufValue* find(std::string_view key) const;

    const GgufMetadata& m_metadata;
    std::string m_prefix;
    const std::string& m_place;
};

} // namespace core
