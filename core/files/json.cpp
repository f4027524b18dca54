// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/json.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/mappedfile.h"
#include "core/files/signature.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <unordered_set>
#include <vector>

namespace core {

namespace {

    constexpr std::size_t maximumDepth = 100; // a config has 5 levels, a tokenizer.json 6
    // The largest tokenizer.json has about 40 MB.
    constexpr std::size_t maximumFileBytes = std::size_t(256) << 20;
    constexpr std::size_t maximumQuote = 200; // bytes of hostile text repeated in a message

    /// The part of nlohmann's message that says what was wrong, without its prefix.
    std::string reason(const std::string& message)
    {
        const auto start = message.find("syntax error");
        std::string shown = start == std::string::npos ? message.substr(message.find("] ") + 2)
                                                       : message.substr(start);
        if (shown.size() > maximumQuote) {
            std::size_t end = maximumQuote;
            while (
                end > 0 && (static_cast<unsigned char>(shown[end]) & 0xC0) == 0x80) // inside UTF-8
                --end;
            shown = shown.substr(0, end) + "...";
        }
        return shown;
    }

    /// Watches the parser: refuses deep nesting and keys that come twice, which nlohmann accepts.
    class Watch {
    public:
        explicit Watch(const std::string& place)
            : m_place(place)
        {
        }

        bool operator()(int, Json::parse_event_t event, Json& parsed)
        {
            switch (event) {
            case Json::parse_event_t::object_start:
            case Json::parse_event_t::array_start:
                m_keys.emplace_back();
                if (m_keys.size() > maximumDepth)
                    throw Error(
                        text(m_place, ": nested deeper than ", maximumDepth, " levels of JSON"));
                break;
            case Json::parse_event_t::object_end:
            case Json::parse_event_t::array_end:
                m_keys.pop_back();
                break;
            case Json::parse_event_t::key:
                if (!m_keys.back().insert(parsed.get_ref<const std::string&>()).second)
                    throw Error(text(m_place, ": key ", parsed.dump().substr(0, maximumQuote),
                        " stands twice in one object, expected once"));
                break;
            case Json::parse_event_t::value:
                break;
            }
            return true;
        }

    private:
        const std::string& m_place;
        std::vector<std::unordered_set<std::string>> m_keys; // of the objects we are in
    };

    template<typename T>
    const char* typeName()
    {
        if constexpr (std::is_same_v<T, std::int64_t>)
            return "a whole number";
        else if constexpr (std::is_same_v<T, double>)
            return "a number";
        else if constexpr (std::is_same_v<T, bool>)
            return "true or false";
        else
            return "a string";
    }

    template<typename T>
    std::optional<T> valueAs(const Json& value)
    {
        if constexpr (std::is_same_v<T, std::int64_t>) {
            constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
            if (!value.is_number_integer()
                || (value.is_number_unsigned() && value.get<std::uint64_t>() > largest))
                return std::nullopt;
        } else if constexpr (std::is_same_v<T, double>) {
            if (!value.is_number())
                return std::nullopt;
        } else if constexpr (std::is_same_v<T, bool>) {
            if (!value.is_boolean())
                return std::nullopt;
        } else if (!value.is_string()) {
            return std::nullopt;
        }
        return value.get<T>();
    }

    /// object[key], or null if missing.
    const Json* member(const Json& object, const std::string& key, const std::string& place)
    {
        if (!object.is_object())
            throw Error(text(place, ": found ", object.type_name(), " where an object with ", key,
                " is expected"));
        const auto found = object.find(key);
        return found == object.end() ? nullptr : &*found;
    }

    template<typename T>
    T converted(const Json& value, const std::string& key, const std::string& place)
    {
        if (auto result = valueAs<T>(value))
            return *std::move(result);
        throw Error(text(place, ": ", key, " is ", shownJson(value), ", expected ", typeName<T>()));
    }

} // namespace

std::string jsonText(const Json& value, int indent)
{
    return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string shownJson(const Json& value)
{
    // error_handler_t: a string may hold bytes that dump() would throw for.
    const std::string all = value.dump(-1, ' ', true, Json::error_handler_t::replace);
    return all.size() > maximumQuote ? all.substr(0, maximumQuote) + "..." : all;
}

Json parseJson(std::string_view source, const std::string& place)
{
    try {
        return Json::parse(source.begin(), source.end(), Watch(place));
    } catch (const Json::parse_error& error) {
        throw Error(text(place, ": no valid JSON at byte ", error.byte, ": ", reason(error.what()),
            error.byte > source.size() ? "; it is cut short, as by a download that is not complete"
                                       : ""));
    } catch (const Json::exception& error) { // a number beyond double
        throw Error(text(place, ": no valid JSON: ", reason(error.what())));
    }
}

std::string readJsonSource(const std::filesystem::path& file)
{
    const auto mapped = MappedFile::open(file);
    const auto bytes = mapped->bytes();
    if (bytes.size() > maximumFileBytes)
        throw Error(text(file.string(), ": has ", bytes.size(), " bytes, expected at most ",
            maximumFileBytes, " of JSON"));
    if (const auto found = foreignContent(bytes, Expected::Json))
        throw Error(text(file.string(), ": ", *found));
    std::string source(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    mapped->requireUnchanged();
    return source;
}

Json readJson(const std::filesystem::path& file)
{
    return parseJson(readJsonSource(file), file.string());
}

template<typename T>
T jsonValue(const Json& object, const std::string& key, const std::string& place)
{
    const Json* value = member(object, key, place);
    if (!value)
        throw Error(text(place, ": ", key, " is missing, expected ", typeName<T>()));
    return converted<T>(*value, key, place);
}

template<typename T>
T jsonValue(const Json& object, const std::string& key, const std::string& place, T fallback)
{
    const Json* value = member(object, key, place);
    return value && !value->is_null() ? converted<T>(*value, key, place) : fallback;
}

const Json& jsonPart(const Json& object, const std::string& key, const std::string& place)
{
    const Json* value = member(object, key, place);
    if (!value || !value->is_structured())
        throw Error(text(place, ": ", key, " is ", value ? shownJson(*value) : "missing",
            ", expected an object or a list"));
    return *value;
}

template std::int64_t jsonValue(const Json&, const std::string&, const std::string&);
template double jsonValue(const Json&, const std::string&, const std::string&);
template bool jsonValue(const Json&, const std::string&, const std::string&);
template std::string jsonValue(const Json&, const std::string&, const std::string&);
template std::int64_t jsonValue(const Json&, const std::string&, const std::string&, std::int64_t);
template double jsonValue(const Json&, const std::string&, const std::string&, double);
template bool jsonValue(const Json&, const std::string&, const std::string&, bool);
template std::string jsonValue(const Json&, const std::string&, const std::string&, std::string);

} // namespace core
