// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/files/amount.h"
#include "core/files/bytereader.h"
#include "core/files/gguf.h"
#include "core/files/mappedfile.h"
#include "core/files/signature.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>
#include <unordered_set>

namespace core {

namespace {

    constexpr std::uint64_t maximumPairs
        = 65536; // models have about 40; no container grows before this
    constexpr std::uint64_t maximumElements = 1
        << 24; // of one array; the largest vocabulary has 300,000
    constexpr std::uint32_t arrayType = 9;

    template<typename T>
    T element(ByteReader& reader, const char* what)
    {
        if constexpr (std::is_same_v<T, std::string>) {
            return reader.string(reader.number<std::uint64_t>(what), what);
        } else if constexpr (std::is_same_v<T, bool>) {
            const std::size_t position = reader.position();
            const auto value = reader.number<std::uint8_t>(what);
            if (value > 1)
                throw Error(text(reader.place(), ": ", what, " at byte ", position, " is ", +value,
                    ", expected 0 or 1 for false or true"));
            return value == 1;
        } else {
            return reader.number<T>(what);
        }
    }

    template<typename T>
    std::vector<T> elements(ByteReader& reader, std::uint64_t count)
    {
        constexpr std::size_t minimumBytes
            = std::is_same_v<T, std::string> ? sizeof(std::uint64_t) : sizeof(T);
        reader.count(count, minimumBytes, "array elements");
        std::vector<T> result;
        result.reserve(std::size_t(count));
        for (std::uint64_t i = 0; i < count; ++i)
            result.push_back(element<T>(reader, "an array element"));
        return result;
    }

    [[noreturn]] void failType(const ByteReader& reader, const std::string& key, std::uint32_t type)
    {
        if (type == arrayType)
            throw Error(text(reader.place(), ": metadata ", key,
                " is an array of arrays, expected an array of numbers, truth values or strings"));
        throw Error(text(
            reader.place(), ": metadata ", key, " has value type ", type, ", expected 0 to 12"));
    }

    GgufArray readArray(ByteReader& reader, const std::string& key)
    {
        const auto type = reader.number<std::uint32_t>("an array's element type");
        const auto count = reader.number<std::uint64_t>("an array's length");
        if (count > maximumElements)
            throw Error(text(reader.place(), ": metadata ", key, " has ", count,
                " elements, expected at most ", maximumElements));
        switch (type) {
        case 0:
            return elements<std::uint8_t>(reader, count);
        case 1:
            return elements<std::int8_t>(reader, count);
        case 2:
            return elements<std::uint16_t>(reader, count);
        case 3:
            return elements<std::int16_t>(reader, count);
        case 4:
            return elements<std::uint32_t>(reader, count);
        case 5:
            return elements<std::int32_t>(reader, count);
        case 6:
            return elements<float>(reader, count);
        case 7:
            return elements<bool>(reader, count);
        case 8:
            return elements<std::string>(reader, count);
        case 10:
            return elements<std::uint64_t>(reader, count);
        case 11:
            return elements<std::int64_t>(reader, count);
        case 12:
            return elements<double>(reader, count);
        }
        failType(reader, key, type);
    }

    GgufValue readValue(ByteReader& reader, const std::string& key)
    {
        constexpr const char* what = "a metadata value";
        const auto type = reader.number<std::uint32_t>("a metadata value's type");
        switch (type) {
        case 0:
            return element<std::uint8_t>(reader, what);
        case 1:
            return element<std::int8_t>(reader, what);
        case 2:
            return element<std::uint16_t>(reader, what);
        case 3:
            return element<std::int16_t>(reader, what);
        case 4:
            return element<std::uint32_t>(reader, what);
        case 5:
            return element<std::int32_t>(reader, what);
        case 6:
            return element<float>(reader, what);
        case 7:
            return element<bool>(reader, what);
        case 8:
            return element<std::string>(reader, what);
        case arrayType:
            return readArray(reader, key);
        case 10:
            return element<std::uint64_t>(reader, what);
        case 11:
            return element<std::int64_t>(reader, what);
        case 12:
            return element<double>(reader, what);
        }
        failType(reader, key, type);
    }

    /// A key or tensor name: at least one byte, at most ggufLongestKey.
    std::string readName(ByteReader& reader, const char* what)
    {
        const std::size_t position = reader.position();
        const auto length = reader.number<std::uint64_t>(what);
        if (length == 0 || length > ggufLongestKey)
            throw Error(text(reader.place(), ": ", what, " at byte ", position, " has ", length,
                " bytes, expected 1 to ", ggufLongestKey));
        return reader.string(length, what);
    }

    GgufMetadata readMetadata(ByteReader& reader, std::uint64_t count)
    {
        if (count > maximumPairs)
            throw Error(text(reader.place(), ": has ", count, " metadata pairs, expected at most ",
                maximumPairs));
        reader.count(count, 8 + 1 + 4 + 1, "metadata pairs"); // key length, key, type, value
        std::vector<std::pair<std::string, GgufValue>> pairs;
        std::unordered_set<std::string> seen;
        for (std::uint64_t i = 0; i < count; ++i) {
            std::string key = readName(reader, "a metadata key");
            if (!seen.insert(key).second)
                throw Error(
                    text(reader.place(), ": metadata ", key, " stands twice, expected once"));
            GgufValue value = readValue(reader, key);
            pairs.emplace_back(std::move(key), std::move(value));
        }
        return GgufMetadata(std::move(pairs));
    }

    std::vector<std::int64_t> readShape(ByteReader& reader, const std::string& name)
    {
        const auto dimensions = reader.number<std::uint32_t>("a tensor's number of dimensions");
        if (dimensions < 1 || dimensions > 4)
            throw Error(text(reader.place(), ": tensor ", name, " has ", dimensions,
                " dimensions, expected 1 to 4"));
        std::vector<std::int64_t> shape;
        for (std::uint32_t i = 0; i < dimensions; ++i) {
            shape.push_back(reader.number<std::int64_t>("a tensor's dimension"));
            if (shape.back() < 1)
                throw Error(text(reader.place(), ": tensor ", name, " has a dimension of ",
                    shape.back(), ", expected at least 1"));
        }
        std::reverse(shape.begin(), shape.end()); // the file has the innermost first
        return shape;
    }

    /// One entry of the tensor list; its `offset` still counts from the data.
    StoredTensor readTensorInfo(ByteReader& reader, std::uint64_t alignment)
    {
        StoredTensor tensor;
        tensor.file = reader.place();
        tensor.name = readName(reader, "a tensor's name");
        tensor.shape = readShape(reader, tensor.name);
        const auto type = reader.number<std::uint32_t>("a tensor's type");
        tensor.format = findFormat(type);
        if (!tensor.format)
            tensor.dtype = ggmlTypeName(type);
        tensor.offset = reader.number<std::uint64_t>("a tensor's offset");
        if (tensor.offset % alignment != 0)
            throw Error(text(reader.place(), ": tensor ", tensor.name, " lies at offset ",
                tensor.offset, ", expected a multiple of ", alignment));
        return tensor;
    }

    /// Throws Error for a file whose list of tensors is in order but that ends before they do.
    void requireWhole(const std::vector<StoredTensor>& tensors, std::uint64_t dataStart,
        std::uint64_t alignment, std::uint64_t fileSize)
    {
        std::uint64_t end = 0; // of the data, if each tensor follows the one before it in the list
        for (const StoredTensor& tensor : tensors) {
            const auto size = tensor.format ? byteCount(*tensor.format, tensor.shape)
                                            : std::optional<std::uint64_t>();
            if (!size || tensor.offset != (end + alignment - 1) / alignment * alignment)
                return; // the messages about single tensors say more
            end = tensor.offset + *size;
        }
        if (end > fileSize - dataStart && end < std::uint64_t(1) << 60)
            failIncomplete(tensors.front().file, fileSize, dataStart + end);
    }

    [[noreturn]] void failShape(const StoredTensor& tensor)
    {
        throw Error(
            text(tensor.file, ": tensor ", tensor.name, " has shape ", shapeText(tensor.shape),
                ", expected rows of a multiple of ", tensor.format ? tensor.format->blockSize : 1,
                " weights for ", storedType(tensor), " and fewer than 2^63 bytes"));
    }

    /// Bytes of each tensor. One of a type that is not known takes what is free behind its offset,
    /// of `available` bytes of data, and one at least.
    std::vector<std::uint64_t> sizesOf(
        const std::vector<StoredTensor>& tensors, std::uint64_t available)
    {
        std::set<std::uint64_t> offsets{ available };
        for (const StoredTensor& tensor : tensors)
            offsets.insert(tensor.offset);
        std::vector<std::uint64_t> sizes;
        for (const StoredTensor& tensor : tensors) {
            const auto next = offsets.upper_bound(tensor.offset);
            const std::uint64_t free = next == offsets.end() ? 1 : *next - tensor.offset;
            const auto size = tensor.format ? byteCount(*tensor.format, tensor.shape)
                : weightCount(tensor.shape) ? std::optional(free)
                                            : std::nullopt;
            if (!size)
                failShape(tensor);
            sizes.push_back(*size);
        }
        return sizes;
    }

    /// Gives each tensor its bytes. `dataStart` is at most the file's size.
    void locate(std::vector<StoredTensor>& tensors, std::uint64_t dataStart,
        const std::shared_ptr<const MappedFile>& file)
    {
        const std::uint64_t available = file->bytes().size() - dataStart;
        const std::vector<std::uint64_t> sizes = sizesOf(tensors, available);
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            StoredTensor& tensor = tensors[i];
            if (tensor.offset > available || sizes[i] > available - tensor.offset)
                throw Error(text(tensor.file, ": tensor ", tensor.name, " needs ", sizes[i],
                    " bytes at offset ", tensor.offset, " of the data, the file has ", available));
            tensor.offset += dataStart;
            tensor.bytes = file->bytes().subspan(tensor.offset, std::size_t(sizes[i]));
            tensor.mapping = file;
        }
    }

    void checkOverlaps(const std::vector<StoredTensor>& tensors)
    {
        std::vector<const StoredTensor*> byOffset;
        for (const StoredTensor& tensor : tensors)
            byOffset.push_back(&tensor);
        std::sort(byOffset.begin(), byOffset.end(),
            [](const auto* a, const auto* b) { return a->offset < b->offset; });
        for (std::size_t i = 1; i < byOffset.size(); ++i) {
            const StoredTensor& before = *byOffset[i - 1];
            if (byOffset[i]->offset < before.offset + before.bytes.size())
                throw Error(text(before.file, ": tensor ", byOffset[i]->name, " begins at byte ",
                    byOffset[i]->offset, ", expected it after tensor ", before.name,
                    ", which ends at byte ", before.offset + before.bytes.size()));
        }
    }

    void checkStart(ByteReader& reader)
    {
        const std::string magic = reader.string(4, "the magic");
        if (magic != "GGUF")
            throw Error(
                text(reader.place(), ": does not begin with \"GGUF\", expected a GGUF file"));
        const auto version = reader.number<std::uint32_t>("the version");
        if (version == 0x02000000 || version == 0x03000000)
            throw Error(
                text(reader.place(), ": is a big-endian GGUF file, expected a little-endian one"));
        if (version != 2 && version != 3)
            throw Error(text(reader.place(), ": has GGUF version ", version, ", expected 2 or 3"));
    }

} // namespace

GgufFile readGguf(const std::filesystem::path& path)
{
    const auto file = MappedFile::open(path);
    ByteReader reader(file->bytes(), path.string(), notComplete);
    if (const auto found = foreignContent(file->bytes(), Expected::Gguf))
        throw Error(text(path.string(), ": ", *found));
    checkStart(reader);
    const auto tensorCount = reader.number<std::uint64_t>("the number of tensors");
    const auto pairCount = reader.number<std::uint64_t>("the number of metadata pairs");

    GgufFile result{ path, readMetadata(reader, pairCount), {} };
    const std::uint64_t alignment = ggufAlignment(result.metadata, reader.place());
    reader.count(
        tensorCount, 8 + 1 + 4 + 8 + 4 + 8, "tensors"); // one dimension, a name of one byte
    std::unordered_set<std::string> seen;
    for (std::uint64_t i = 0; i < tensorCount; ++i) {
        result.tensors.push_back(readTensorInfo(reader, alignment));
        if (!seen.insert(result.tensors.back().name).second)
            throw Error(text(reader.place(), ": tensor ", result.tensors.back().name,
                " stands twice, expected once"));
    }
    if (!result.tensors.empty()) { // else a vocabulary: it may end without padding
        const std::uint64_t padding = (alignment - reader.position() % alignment) % alignment;
        reader.bytes(padding, "the padding before the data");
        requireWhole(result.tensors, reader.position(), alignment, file->bytes().size());
        locate(result.tensors, reader.position(), file);
        checkOverlaps(result.tensors);
    }
    file->requireUnchanged();
    return result;
}

} // namespace core
