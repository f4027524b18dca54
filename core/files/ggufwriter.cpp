// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/files/gguf.h"
#include "core/files/outputfile.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <span>
#include <unordered_set>

namespace core {

namespace {

    constexpr std::size_t longestTensorName
        = 63; // ggml.h: GGML_MAX_NAME is 64, with the final zero
    // Sums of offsets stay far from overflow.
    constexpr std::uint64_t largestFile = std::uint64_t(1) << 62;
    constexpr std::size_t piece = std::size_t(8) << 20; // bytes between two looks at `progress`

    /// Value types as numbered in the file: their positions in GgufValue, where array is 9 in the
    /// file but last in the variant.
    std::uint32_t valueType(std::size_t index)
    {
        return std::uint32_t(index <= 8 ? index : index + 1);
    }

    /// Puts values into bytes, or only counts these: a tokenizer has a hundred thousand strings,
    /// and the size of a file is asked for at every change of a recipe.
    class Bytes {
    public:
        enum class Mode { Keep, Count };
        explicit Bytes(Mode mode)
            : m_mode(mode)
        {
        }

        template<typename T>
        void add(const T& value)
        {
            if constexpr (std::is_same_v<T, std::string>) {
                add(std::uint64_t(value.size()));
                append(std::as_bytes(std::span(value)));
            } else if constexpr (std::is_same_v<T, bool>) {
                add(std::uint8_t(value ? 1 : 0));
            } else if constexpr (std::is_same_v<T, GgufArray>) {
                add(valueType(value.index()));
                std::visit([this](const auto& array) { addElements(array); }, value);
            } else {
                static_assert(
                    std::is_arithmetic_v<T> && std::endian::native == std::endian::little);
                append(std::as_bytes(std::span(&value, 1)));
            }
        }

        void addValue(const GgufValue& value)
        {
            const bool isArray = std::holds_alternative<GgufArray>(value);
            add(isArray ? std::uint32_t(9) : valueType(value.index()));
            std::visit([this](const auto& held) { add(held); }, value);
        }

        void pad(std::uint64_t alignment)
        {
            m_size = (m_size + alignment - 1) / alignment * alignment;
            if (m_mode == Mode::Keep)
                m_bytes.resize(m_size);
        }

        std::size_t size() const { return m_size; }
        std::vector<std::byte> take() { return std::move(m_bytes); }

    private:
        template<typename Element>
        void addElements(const std::vector<Element>& array)
        {
            add(std::uint64_t(array.size()));
            for (const auto& element : array)
                add<Element>(element);
        }

        void append(std::span<const std::byte> bytes)
        {
            m_size += bytes.size();
            if (m_mode == Mode::Keep)
                m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
        }

        Mode m_mode;
        std::size_t m_size = 0;
        std::vector<std::byte> m_bytes; ///< Keep only
    };

    void checkMetadata(const GgufMetadata& metadata)
    {
        for (const auto& [key, value] : metadata.pairs()) {
            if (key.empty() || key.size() > ggufLongestKey)
                throw Error(text("a metadata key of ", key.size(),
                    " bytes cannot be written, expected 1 to ", ggufLongestKey));
        }
    }

    /// The tensor's bytes. Throws Error if no reader would accept it.
    std::uint64_t checkedSize(const GgufTensorInfo& tensor)
    {
        assert(tensor.format);
        if (tensor.name.empty() || tensor.name.size() > longestTensorName)
            throw Error(text("tensor name \"", tensor.name, "\" has ", tensor.name.size(),
                " bytes, expected 1 to ", longestTensorName, " in a GGUF file"));
        const auto isBelowOne = [](std::int64_t dimension) { return dimension < 1; };
        if (tensor.shape.empty() || tensor.shape.size() > 4
            || std::any_of(tensor.shape.begin(), tensor.shape.end(), isBelowOne))
            throw Error(text("tensor ", tensor.name, " has shape ", shapeText(tensor.shape),
                ", expected 1 to 4 dimensions of at least 1 in a GGUF file"));
        const auto size = byteCount(*tensor.format, tensor.shape);
        if (!size)
            throw Error(text("tensor ", tensor.name, " has shape ", shapeText(tensor.shape),
                ", expected rows of a multiple of ", tensor.format->blockSize, " weights for ",
                tensor.format->name));
        return *size;
    }

    /// Everything before the data, padded. `offsets` from the start of the data.
    Bytes headerOf(const GgufMetadata& metadata, const std::vector<GgufTensorInfo>& tensors,
        const std::vector<std::uint64_t>& offsets, Bytes::Mode mode)
    {
        Bytes header(mode);
        for (const char letter : { 'G', 'G', 'U', 'F' })
            header.add(letter);
        header.add(std::uint32_t(3));
        header.add(std::uint64_t(tensors.size()));
        header.add(std::uint64_t(metadata.pairs().size()));
        for (const auto& [key, value] : metadata.pairs()) {
            header.add(key);
            header.addValue(value);
        }
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            const auto& shape = tensors[i].shape;
            header.add(tensors[i].name);
            header.add(std::uint32_t(shape.size()));
            for (auto dimension = shape.rbegin(); dimension != shape.rend(); ++dimension)
                header.add(*dimension);
            header.add(tensors[i].format->ggmlType);
            header.add(offsets[i]);
        }
        header.pad(ggufAlignment(metadata, "the file to be written"));
        return header;
    }

} // namespace

GgufLayout layoutGguf(const GgufMetadata& metadata, const std::vector<GgufTensorInfo>& tensors)
{
    const std::uint64_t alignment = ggufAlignment(metadata, "the file to be written");
    checkMetadata(metadata);
    GgufLayout layout;
    std::unordered_set<std::string_view> seen;
    std::uint64_t offset = 0;
    for (const GgufTensorInfo& tensor : tensors) {
        layout.sizes.push_back(checkedSize(tensor));
        layout.offsets.push_back(offset);
        if (!seen.insert(tensor.name).second)
            throw Error(text("tensor ", tensor.name, " comes twice, expected once in a GGUF file"));
        if (layout.sizes.back() > largestFile || offset > largestFile - layout.sizes.back())
            throw Error(text("tensor ", tensor.name, " would end after byte 2^62 of the file"));
        offset += (layout.sizes.back() + alignment - 1) / alignment * alignment;
    }
    layout.dataStart = headerOf(metadata, tensors, layout.offsets, Bytes::Mode::Count).size();
    for (std::uint64_t& tensorOffset : layout.offsets)
        tensorOffset += layout.dataStart;
    layout.fileSize = layout.dataStart + offset;
    return layout;
}

void writeGguf(const OutputPath& file, const GgufMetadata& metadata,
    const std::vector<GgufTensorInfo>& tensors,
    const std::function<GgufBytes(std::size_t)>& bytesOf, const Progress& progress)
{
    const GgufLayout layout = layoutGguf(metadata, tensors);
    OutputFile out(file, layout.fileSize);
    std::uint64_t written = 0;
    const auto write = [&](std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            const auto next = bytes.first(std::min(bytes.size(), piece));
            out.write(next);
            bytes = bytes.subspan(next.size());
            written += next.size();
            progress.at(double(written) / double(layout.fileSize));
        }
    };
    std::vector<std::uint64_t> offsets = layout.offsets;
    for (std::uint64_t& offset : offsets)
        offset -= layout.dataStart;
    write(headerOf(metadata, tensors, offsets, Bytes::Mode::Keep).take());
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        progress.checkCancelled();
        assert(written == layout.offsets[i]);
        const GgufBytes tensor = bytesOf(i);
        assert(tensor.bytes().size() == layout.sizes[i]);
        write(tensor.bytes());
        const std::uint64_t end = i + 1 < tensors.size() ? layout.offsets[i + 1] : layout.fileSize;
        write(std::vector<std::byte>(end - written)); // zeros up to the next tensor
    }
    progress.checkCancelled();
    out.close();
}

} // namespace core
