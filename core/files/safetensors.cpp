// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/safetensors.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/bytereader.h"
#include "core/files/json.h"
#include "core/files/mappedfile.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

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

    const Format* formatOf(const Json& entry, const std::string& place)
    {
        const auto dtype = jsonValue<std::string>(entry, "dtype", place);
        for (const Format* format : { &formats::f32, &formats::f16, &formats::bf16 }) {
            if (format->name == dtype)
                return format;
        }
        throw Error(text(place, ": dtype is ", dtype.substr(0, 40), ", expected F32, F16 or BF16"));
    }

    /// One entry of the header. `data` is what follows it, from byte `dataStart` on.
    StoredTensor readEntry(const std::string& name, const Json& entry, const std::string& file,
        std::span<const std::byte> data, std::size_t dataStart)
    {
        const std::string place = text(file, ": tensor ", name);
        if (!entry.is_object())
            throw Error(text(place, " is ", entry.type_name(), ", expected an object"));
        StoredTensor tensor;
        tensor.file = file;
        tensor.name = name;
        tensor.format = formatOf(entry, place);
        for (const std::uint64_t dimension : wholeNumbers(entry, "shape", place))
            tensor.shape.push_back(std::int64_t(dimension));
        const auto range = wholeNumbers(entry, "data_offsets", place);
        if (range.size() != 2 || range[0] > range[1])
            throw Error(
                text(place, ": data_offsets are ", entry["data_offsets"].dump().substr(0, 100),
                    ", expected a begin and an end after it"));
        if (range[1] > data.size())
            throw Error(text(
                place, " ends at byte ", range[1], " of the data, the file has ", data.size()));
        const auto size = byteCount(*tensor.format, tensor.shape);
        if (size != range[1] - range[0])
            throw Error(text(place, " has ", range[1] - range[0], " bytes, expected ",
                size ? std::to_string(*size) : "more than any file holds", " for shape ",
                shapeText(tensor.shape), " of ", tensor.format->name));
        tensor.offset = dataStart + std::size_t(range[0]);
        tensor.bytes = data.subspan(std::size_t(range[0]), std::size_t(*size));
        return tensor;
    }

    /// Requires: sorted by offset. `end` is the file's size.
    void checkContiguous(const std::vector<StoredTensor>& tensors, std::size_t start,
        std::size_t end, const std::string& file)
    {
        std::string before = "the header";
        std::size_t expected = start;
        for (const StoredTensor& tensor : tensors) {
            if (tensor.offset != expected)
                throw Error(text(file, ": tensor ", tensor.name, " begins at byte ", tensor.offset,
                    tensor.offset < expected ? " and overlaps " : " after a gap, expected byte ",
                    tensor.offset < expected ? before : std::to_string(expected),
                    tensor.offset < expected ? ", which ends at byte " + std::to_string(expected)
                                             : ", where " + before + " ends"));
            expected += tensor.bytes.size();
            before = "tensor " + tensor.name;
        }
        if (expected != end)
            throw Error(text(
                file, ": has ", end, " bytes, expected ", expected, ", where ", before, " ends"));
    }

} // namespace

std::vector<StoredTensor> readSafetensors(const std::filesystem::path& path)
{
    const auto file = MappedFile::open(path);
    const std::string name = path.string();
    ByteReader reader(file->bytes(), name);
    const auto length = reader.number<std::uint64_t>("the header's length");
    if (length > longestHeader)
        throw Error(text(name, ": the header is said to have ", length, " bytes, expected at most ",
            longestHeader, "; this is no safetensors file or a damaged one"));
    const std::string headerText = reader.string(length, "the header");
    if (headerText.empty() || headerText.front() != '{')
        throw Error(text(name, ": the header does not begin with '{' at byte 8, expected JSON"));
    const Json header = parseJson(headerText, name + ": header");
    if (!header.is_object())
        throw Error(text(name, ": the header is ", header.type_name(), ", expected an object"));

    const std::size_t dataStart = reader.position();
    std::vector<StoredTensor> tensors;
    for (const auto& [key, entry] : header.items()) {
        if (key == "__metadata__")
            continue;
        tensors.push_back(readEntry(key, entry, name, file->bytes().subspan(dataStart), dataStart));
        tensors.back().owner = file;
    }
    using Order = std::tuple<std::size_t, std::size_t, std::string_view>; // empty ones come first
    std::sort(tensors.begin(), tensors.end(), [](const StoredTensor& a, const StoredTensor& b) {
        return Order(a.offset, a.bytes.size(), a.name) < Order(b.offset, b.bytes.size(), b.name);
    });
    checkContiguous(tensors, dataStart, file->bytes().size(), name);
    return tensors;
}

} // namespace core
