// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/lenientjson.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/textfile.h"

#include <array>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace core {

namespace {

    constexpr std::string_view replacement = "\xef\xbf\xbd"; // U+FFFD
    // The longest first: -Infinity begins with no other's name.
    constexpr std::array<std::string_view, 3> notNumbers = { "-Infinity", "Infinity", "NaN" };

    /// A source made fit for a strict parser, and what had to be done.
    struct Repaired {
        std::string source;
        std::vector<std::string> changes{};
    };

    Repaired withValidUtf8(std::string source)
    {
        Repaired result;
        std::string_view rest = source;
        std::size_t first = 0;
        int count = 0;
        while (const auto bad = findInvalidUtf8(rest)) {
            if (count++ == 0)
                first = *bad;
            result.source.append(rest.substr(0, *bad)).append(replacement);
            rest.remove_prefix(*bad + 1);
        }
        result.source.append(rest);
        if (count > 0)
            result.changes.push_back(text("byte ", first, " is no part of a UTF-8 character",
                count > 1 ? text(" (and ", count - 1, " more)") : ""));
        return result;
    }

    /// The name of a number that JSON has none for, if one stands at the front of `rest`.
    std::string_view notNumberAt(std::string_view rest)
    {
        for (const std::string_view name : notNumbers)
            if (rest.starts_with(name))
                return name;
        return {};
    }

    /// Puts quotation marks around what is no number, outside of strings.
    Repaired withQuotedNotNumbers(Repaired repaired)
    {
        const std::string source = std::exchange(repaired.source, {});
        std::string_view rest = source;
        std::string_view found;
        bool isString = false;
        while (!rest.empty()) {
            std::size_t taken = 1;
            if (isString && rest.front() == '\\' && rest.size() > 1)
                taken = 2;
            else if (rest.front() == '"')
                isString = !isString;
            else if (const auto name = isString ? std::string_view() : notNumberAt(rest);
                     !name.empty()) {
                found = found.empty() ? name : found;
                repaired.source.append("\"").append(name).append("\"");
                rest.remove_prefix(name.size());
                continue;
            }
            repaired.source.append(rest.substr(0, taken));
            rest.remove_prefix(taken);
        }
        if (!found.empty())
            repaired.changes.push_back(text("holds ", found, ", which is no number of JSON"));
        return repaired;
    }

} // namespace

LenientJson readLenientJson(const std::filesystem::path& file)
{
    const Repaired repaired = withQuotedNotNumbers(withValidUtf8(readJsonSource(file)));
    LenientJson result{ parseJson(repaired.source, file.string()), {} };
    for (const std::string& change : repaired.changes)
        result.fault
            += result.fault.empty() ? text(file.string(), ": ", change) : text("; ", change);
    return result;
}

LenientJson readOptionalJson(const std::filesystem::path& file)
{
    std::error_code none;
    if (!std::filesystem::exists(std::filesystem::symlink_status(file, none)))
        return {};
    try {
        return readLenientJson(file);
    } catch (const Error& error) {
        return { Json(), text(error.what(), "; the file is passed over") };
    }
}

} // namespace core
