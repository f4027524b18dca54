// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/configkeys.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace core {

bool ConfigKeys::has(const char* key) const
{
    const auto found = m_config.find(key);
    return found != m_config.end() && !found->is_null();
}

int ConfigKeys::size(const char* key, std::int64_t fallback, std::int64_t largest) const
{
    const std::int64_t value = fallback > 0 ? jsonValue(m_config, key, m_place, fallback)
                                            : jsonValue<std::int64_t>(m_config, key, m_place);
    if (value < 1 || value > largest)
        throw Error(text(m_place, ": ", key, " is ", value, ", expected 1 to ", largest));
    return int(value);
}

int ConfigKeys::sizeOf(const char* key, const char* otherKey) const
{
    return size(has(key) || !has(otherKey) ? key : otherKey);
}

double ConfigKeys::number(const char* key, double fallback) const
{
    const double value = jsonValue(m_config, key, m_place, fallback);
    if (!std::isfinite(value))
        throw Error(text(m_place, ": ", key, " is ", value, ", expected a finite number"));
    return value;
}

double ConfigKeys::positive(const char* key, double fallback) const
{
    const double value = jsonValue(m_config, key, m_place, fallback);
    if (!(value > 0) || !std::isfinite(value))
        throw Error(text(m_place, ": ", key, " is ", value, ", expected a number above 0"));
    return value;
}

double ConfigKeys::positive(const char* key) const
{
    return positive(key, jsonValue<double>(m_config, key, m_place));
}

bool ConfigKeys::flag(const char* key, bool fallback) const
{
    return jsonValue(m_config, key, m_place, fallback);
}

std::string ConfigKeys::word(const char* key, const char* fallback) const
{
    return jsonValue<std::string>(m_config, key, m_place, fallback);
}

std::vector<std::string> ConfigKeys::words(const char* key) const
{
    std::vector<std::string> words;
    if (!has(key))
        return words;
    for (const Json& word : jsonPart(m_config, key, m_place)) {
        if (!word.is_string())
            throw Error(
                text(m_place, ": ", key, " holds ", shownJson(word), ", expected only words"));
        words.push_back(word.get<std::string>());
    }
    return words;
}

std::vector<double> ConfigKeys::numbers(const char* key) const
{
    std::vector<double> numbers;
    if (!has(key))
        return numbers;
    for (const Json& number : jsonPart(m_config, key, m_place)) {
        if (!number.is_number())
            throw Error(
                text(m_place, ": ", key, " holds ", shownJson(number), ", expected only numbers"));
        numbers.push_back(number.get<double>());
    }
    return numbers;
}

const Json* ConfigKeys::part(const char* key) const
{
    const auto found = m_config.find(key);
    return found == m_config.end() || found->is_null() ? nullptr : &*found;
}

const GgufValue* GgufKeys::find(std::string_view key) const { return m_metadata.find(full(key)); }

bool GgufKeys::has(std::string_view key) const { return find(key) != nullptr; }

namespace {

    /// The number that `value` is; none if it is a word, a truth value or a list.
    std::optional<double> numberIn(const GgufValue& value)
    {
        return std::visit(
            [](const auto& held) -> std::optional<double> {
                using Held = std::decay_t<decltype(held)>;
                if constexpr (std::is_arithmetic_v<Held> && !std::is_same_v<Held, bool>)
                    return double(held);
                else
                    return std::nullopt;
            },
            value);
    }

    /// The numbers (truth values: 0 and 1) of a list; none if it is no such list.
    std::optional<std::vector<double>> numbersIn(const GgufValue& value)
    {
        const auto* array = std::get_if<GgufArray>(&value);
        if (!array)
            return std::nullopt;
        return std::visit(
            [](const auto& held) -> std::optional<std::vector<double>> {
                using Held = typename std::decay_t<decltype(held)>::value_type;
                if constexpr (std::is_arithmetic_v<Held>)
                    return std::vector<double>(held.begin(), held.end());
                else
                    return std::nullopt;
            },
            *array);
    }

} // namespace

std::optional<double> GgufKeys::number(std::string_view key) const
{
    const GgufValue* value = find(key);
    if (!value)
        return std::nullopt;
    if (const auto number = numberIn(*value))
        return number;
    throw Error(text(m_place, ": ", full(key), " is ", toText(*value), ", expected a number"));
}

std::optional<double> GgufKeys::positive(std::string_view key) const
{
    const auto value = number(key);
    if (value && (!(*value > 0) || !std::isfinite(*value)))
        throw Error(text(m_place, ": ", full(key), " is ", *value, ", expected a number above 0"));
    return value;
}

std::optional<std::string> GgufKeys::word(std::string_view key) const
{
    const GgufValue* value = find(key);
    if (!value)
        return std::nullopt;
    const auto* held = std::get_if<std::string>(value);
    if (!held)
        throw Error(text(m_place, ": ", full(key), " is ", toText(*value), ", expected a string"));
    return *held;
}

std::optional<bool> GgufKeys::flag(std::string_view key) const
{
    const GgufValue* value = find(key);
    if (!value)
        return std::nullopt;
    const auto* held = std::get_if<bool>(value);
    if (!held)
        throw Error(
            text(m_place, ": ", full(key), " is ", toText(*value), ", expected true or false"));
    return *held;
}

std::optional<int> GgufKeys::size(std::string_view key, std::int64_t largest) const
{
    const auto value = number(key);
    if (!value)
        return std::nullopt;
    if (!(*value >= 1 && *value <= double(largest)) || *value != std::floor(*value))
        throw Error(text(m_place, ": ", full(key), " is ", *value, ", expected 1 to ", largest));
    return int(*value);
}

int GgufKeys::required(std::string_view key, std::int64_t largest) const
{
    if (const auto value = size(key, largest))
        return *value;
    throw Error(text(m_place, ": ", full(key), " is missing, expected a whole number"));
}

std::vector<double> GgufKeys::perLayer(std::string_view key, int count) const
{
    const GgufValue* value = find(key);
    if (!value)
        return {};
    auto numbers = numbersIn(*value);
    if (!numbers)
        return std::vector<double>(std::size_t(count), number(key).value());
    if (numbers->size() < std::size_t(count))
        throw Error(text(m_place, ": ", full(key), " has ", numbers->size(), " values, expected ",
            count, ", one for each layer"));
    numbers->resize(std::size_t(count));
    return *numbers;
}

std::optional<int> GgufKeys::sameSize(std::string_view key, int layers) const
{
    const GgufValue* value = find(key);
    if (!value || numberIn(*value))
        return size(key);
    const std::vector<double> numbers = perLayer(key, layers);
    if (numbers.empty()
        || std::ranges::count(numbers, numbers.front()) != std::ptrdiff_t(numbers.size())
        || !(numbers.front() >= 1 && numbers.front() <= double(largestModelSize)))
        return std::nullopt;
    return int(numbers.front());
}

} // namespace core
