// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/gguf.h"

#include "core/base/text.h"
#include "core/files/mappedfile.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

namespace core {

namespace {

    constexpr std::uint32_t defaultAlignment = 32;
    // A huge page is 2 MiB; more only wastes the disk.
    constexpr std::uint32_t largestAlignment = 1 << 20;

    /// "1 string", "4096 strings".
    template<typename Element>
    std::string countText(const std::vector<Element>& array)
    {
        constexpr const char* what = std::is_same_v<Element, std::string> ? "string"
            : std::is_same_v<Element, bool>                               ? "truth value"
                                                                          : "number";
        return text(array.size(), " ", what, array.size() == 1 ? "" : "s");
    }

} // namespace

GgufMetadata::GgufMetadata(std::vector<std::pair<std::string, GgufValue>> pairs)
    : m_pairs(std::move(pairs))
{
}

const GgufValue* GgufMetadata::find(std::string_view key) const
{
    const auto found = std::find_if(
        m_pairs.begin(), m_pairs.end(), [&](const auto& pair) { return pair.first == key; });
    return found == m_pairs.end() ? nullptr : &found->second;
}

void GgufMetadata::set(std::string_view key, GgufValue value)
{
    const auto found = std::find_if(
        m_pairs.begin(), m_pairs.end(), [&](const auto& pair) { return pair.first == key; });
    if (found == m_pairs.end())
        m_pairs.emplace_back(key, std::move(value));
    else
        found->second = std::move(value);
}

void GgufMetadata::remove(std::string_view key)
{
    std::erase_if(m_pairs, [&](const auto& pair) { return pair.first == key; });
}

std::string toText(const GgufValue& value)
{
    return std::visit(
        [](const auto& held) -> std::string {
            using Held = std::decay_t<decltype(held)>;
            if constexpr (std::is_same_v<Held, GgufArray>)
                return std::visit([](const auto& array) { return countText(array); }, held);
            else if constexpr (std::is_same_v<Held, std::string>)
                return held;
            else if constexpr (std::is_same_v<Held, bool>)
                return held ? "true" : "false";
            else
                return text(+held); // + : a byte is a number, no character
        },
        value);
}

std::uint32_t ggufAlignment(const GgufMetadata& metadata, const std::string& place)
{
    const GgufValue* value = metadata.find("general.alignment");
    if (!value)
        return defaultAlignment;
    const auto* alignment = std::get_if<std::uint32_t>(value);
    if (!alignment || !std::has_single_bit(*alignment) || *alignment > largestAlignment)
        throw Error(text(place, ": general.alignment is ", toText(*value),
            ", expected a power of two of 32 bits, at most ", largestAlignment));
    return *alignment;
}

bool isGguf(const std::filesystem::path& file)
{
    const auto mapped = MappedFile::open(file);
    const auto bytes = mapped->bytes();
    return bytes.size() >= 4 && std::memcmp(bytes.data(), "GGUF", 4) == 0;
}

} // namespace core
