// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/safetensors.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/amount.h"
#include "core/files/bytereader.h"
#include "core/files/json.h"
#include "core/files/mappedfile.h"
#include "core/files/signature.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace core {

namespace {

    constexpr std::uint64_t longestHeader = 100'000'000; // as the reference implementation

    /// A JSON number that is whole, not negative and at most 2^63 − 1.
    std::optional<std::uint64_t> wholeNumber(const Json& value)
    {
        constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
        if (!value.is_number_unsigned() || value.get<std::uint64_t>() > largest)
            return std::nullopt;
        return value.get<std::uint64_t>();
    }

    /// entry[key] as a list of whole numbers; `place` names file and tensor.
    std::vector<std::uint64_t> wholeNumbers(
        const Json& entry, const char* key, const std::string& place)
    {
        const auto found = entry.find(key);
        if (found == entry.end() || !found->is_array())
            throw Error(text(place, ": ", key, found == entry.end() ? " is missing" : " is no list",
                ", expected a list of whole numbers"));
        std::vector<std::uint64_t> numbers;
        for (const Json& item : *found) {
            const auto number = wholeNumber(item);
            if (!number)
                throw Error(text(place, ": ", key, " holds ",
                    item.is_number() ? item.dump() : item.type_name(),
                    ", expected whole numbers that are not negative"));
            numbers.push_back(*number);
        }
        return numbers;
    }

    /// Some dtypes that nothing here decodes, and the bits of one number.
    constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> undecoded{ { { "C64", 64 },
        { "F6_E2M3", 6 }, { "F6_E3M2", 6 }, { "F4", 4 } } };

    /// Of those that are decoded, formats have the same names.
    const Format* formatOf(std::string_view dtype)
    {
        using namespace formats;
        for (const Format* format : { &f64, &f32, &f16, &bf16, &f8_E4M3, &f8_E5M2, &f8_E8M0, &i8,
                 &i16, &i32, &i64, &u8, &u16, &u32, &u64, &boolean })
            if (format->name == dtype)
                return format;
        return nullptr;
    }

    /// Bytes that the tensor must have; nothing beyond 2^63 − 1 or no whole number of them. Of a
    /// dtype that nobody knows, those that it has: `found`.
    std::optional<std::uint64_t> expectedBytes(const StoredTensor& tensor, std::uint64_t found)
    {
        if (tensor.format)
            return byteCount(*tensor.format, tensor.shape);
        constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
        const auto count = weightCount(tensor.shape);
        const auto type = std::find_if(undecoded.begin(), undecoded.end(),
            [&](const auto& known) { return known.first == tensor.dtype; });
        if (count && type == undecoded.end())
            return found;
        if (!count || *count > largest / type->second || *count * type->second % 8 != 0)
            return std::nullopt;
        return *count * type->second / 8;
    }

    /// A tensor whose bytes are still to be given to it: `size` of them, from its offset on.
    struct Entry {
        StoredTensor tensor;
        std::uint64_t size = 0;
    };

    /// One entry of the header; its data begins at byte `dataStart` of the file.
    Entry readEntry(
        const std::string& name, const Json& entry, const std::string& file, std::size_t dataStart)
    {
        const std::string place = text(file, ": tensor ", name);
        if (!entry.is_object())
            throw Error(text(place, " is ", entry.type_name(), ", expected an object"));
        StoredTensor tensor;
        tensor.file = file;
        tensor.name = name;
        tensor.dtype = jsonValue<std::string>(entry, "dtype", place);
        tensor.format = formatOf(tensor.dtype);
        for (const std::uint64_t dimension : wholeNumbers(entry, "shape", place))
            tensor.shape.push_back(std::int64_t(dimension));
        const auto range = wholeNumbers(entry, "data_offsets", place);
        if (range.size() != 2 || range[0] > range[1])
            throw Error(
                text(place, ": data_offsets are ", entry["data_offsets"].dump().substr(0, 100),
                    ", expected a begin and an end after it"));
        const auto size = expectedBytes(tensor, range[1] - range[0]);
        if (size != range[1] - range[0])
            throw Error(text(place, " has ", range[1] - range[0], " bytes, expected ",
                size ? std::to_string(*size) : "more than any file holds", " for shape ",
                shapeText(tensor.shape), " of ", tensor.dtype));
        tensor.offset = dataStart + std::size_t(range[0]); // below 2^63 + 2^27
        return { std::move(tensor), *size };
    }

    /// Requires: sorted by offset. `end` is the file's size.
    void checkContiguous(const std::vector<Entry>& entries, std::size_t start, std::size_t end,
        const std::string& file)
    {
        std::string before = "the header";
        std::size_t expected = start;
        for (const auto& [tensor, size] : entries) {
            if (tensor.offset != expected)
                throw Error(text(file, ": tensor ", tensor.name, " begins at byte ", tensor.offset,
                    tensor.offset < expected ? " and overlaps " : " after a gap, expected byte ",
                    tensor.offset < expected ? before : std::to_string(expected),
                    tensor.offset < expected ? ", which ends at byte " + std::to_string(expected)
                                             : ", where " + before + " ends"));
            expected += std::size_t(size);
            before = "tensor " + tensor.name;
        }
        if (end < expected)
            failIncomplete(file, end, expected);
        if (expected != end)
            throw Error(text(
                file, ": has ", end, " bytes, expected ", expected, ", where ", before, " ends"));
    }

    Json readHeader(ByteReader& reader)
    {
        const std::string& name = reader.place();
        const auto length = reader.number<std::uint64_t>("the header's length");
        if (length > longestHeader)
            throw Error(
                text(name, ": the header is said to have ", length, " bytes, expected at most ",
                    longestHeader, "; this is no safetensors file or a damaged one"));
        if (length > reader.left())
            throw Error(text(name, ": the header needs ", length, " bytes at byte ",
                reader.position(), ", the file has ", reader.position() + reader.left(),
                ": the download is not complete"));
        const std::string headerText = reader.string(length, "the header");
        if (headerText.empty() || headerText.front() != '{')
            throw Error(
                text(name, ": the header does not begin with '{' at byte 8, expected JSON"));
        Json header = parseJson(headerText, name + ": header");
        if (!header.is_object())
            throw Error(text(name, ": the header is ", header.type_name(), ", expected an object"));
        return header;
    }

} // namespace

std::vector<StoredTensor> readSafetensors(const std::filesystem::path& path)
{
    const auto file = MappedFile::open(path);
    const std::string name = path.string();
    if (const auto found = foreignContent(file->bytes(), Expected::Safetensors))
        throw Error(text(name, ": ", *found));
    ByteReader reader(file->bytes(), name, notComplete);
    const Json header = readHeader(reader);
    std::vector<Entry> entries;
    for (const auto& [key, entry] : header.items())
        if (key != "__metadata__")
            entries.push_back(readEntry(key, entry, name, reader.position()));
    using Order = std::tuple<std::size_t, std::uint64_t, std::string_view>; // empty ones come first
    const auto order = [](const Entry& entry) {
        return Order(entry.tensor.offset, entry.size, entry.tensor.name);
    };
    std::sort(entries.begin(), entries.end(),
        [&](const Entry& a, const Entry& b) { return order(a) < order(b); });
    checkContiguous(entries, reader.position(), file->bytes().size(), name);
    std::vector<StoredTensor> tensors;
    for (auto& [tensor, size] : entries) {
        tensor.bytes = file->bytes().subspan(tensor.offset, std::size_t(size));
        tensor.mapping = file;
        tensors.push_back(std::move(tensor));
    }
    file->requireUnchanged();
    return tensors;
}

} // namespace core
