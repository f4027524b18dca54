// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace core {

using Json = nlohmann::json;

/// Parses `text`. Throws Error naming `place` ("config.json") and the byte where it went wrong, for
/// a key that stands twice in one object and for nesting deeper than 100 levels.
Json parseJson(std::string_view text, const std::string& place);

/// The text of a file that should be JSON. Throws Error if it cannot be read, exceeds 256 MiB or
/// is something else altogether (named: a Git LFS pointer, a web page, nothing at all).
std::string readJsonSource(const std::filesystem::path& file);

/// The same, parsed. Throws Error as both do.
Json readJson(const std::filesystem::path& file);

/// `value` in UTF-8, on one line or indented by so many spaces; replaces bytes that are no UTF-8.
std::string jsonText(const Json& value, int indent = -1);

/// What was found, for a message: ASCII, cut after 200 bytes.
std::string shownJson(const Json& value);

/// object[key] as T (int64, double, bool, string). Throws Error naming `place`, the key, and what
/// was found instead if it is missing or of another type.
template<typename T>
T jsonValue(const Json& object, const std::string& key, const std::string& place);

/// object[key], an object or an array. Throws Error as above.
const Json& jsonPart(const Json& object, const std::string& key, const std::string& place);

/// As jsonValue, `fallback` if missing or null.
template<typename T>
T jsonValue(const Json& object, const std::string& key, const std::string& place, T fallback);

} // namespace core
