// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/ggufsplit.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/ggufpieces.h"

#include <charconv>
#include <limits>
#include <utility>

namespace core {

namespace {

    constexpr std::size_t mostSplit = 65'535; // split.count is u16

    /// Where each piece begins in the list of tensors.
    std::vector<std::size_t> starts(
        const std::vector<std::uint64_t>& sizes, std::uint64_t alignment, std::uint64_t mostBytes)
    {
        std::vector<std::size_t> found{ 0 };
        std::uint64_t taken = 0;
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            const std::uint64_t size = (sizes[i] + alignment - 1) / alignment * alignment;
            if (i > found.back() && taken + size > mostBytes) {
                found.push_back(i);
                taken = 0;
            }
            taken += size;
        }
        return found;
    }

    GgufMetadata metadataOf(
        std::size_t number, std::size_t count, std::size_t tensors, const GgufMetadata& model)
    {
        GgufMetadata metadata;
        if (number == 0)
            metadata = model;
        else if (const GgufValue* alignment = model.find("general.alignment"))
            metadata.set("general.alignment", *alignment); // a reader of one piece needs it
        metadata.set("split.no", std::uint16_t(number));
        metadata.set("split.count", std::uint16_t(count));
        metadata.set("split.tensors.count", std::int32_t(tensors));
        return metadata;
    }

} // namespace

std::vector<GgufPiece> splitGguf(const GgufMetadata& metadata,
    const std::vector<GgufTensorInfo>& tensors, std::uint64_t mostBytes)
{
    GgufLayout whole = layoutGguf(metadata, tensors);
    const std::uint64_t alignment = ggufAlignment(metadata, "the file to be written");
    const auto begins = starts(whole.sizes, alignment, mostBytes);
    if (begins.size() == 1) {
        std::vector<GgufPiece> one(1);
        one.front() = { metadata, 0, tensors, std::move(whole) };
        return one;
    }
    if (begins.size() > mostSplit)
        throw Error(text("the model would be split into ", begins.size(),
            " files, expected at most ", mostSplit, ": choose a larger size"));
    std::vector<GgufPiece> pieces;
    for (std::size_t i = 0; i < begins.size(); ++i) {
        const std::size_t end = i + 1 < begins.size() ? begins[i + 1] : tensors.size();
        GgufPiece piece{ metadataOf(i, begins.size(), tensors.size(), metadata), begins[i],
            { tensors.begin() + std::ptrdiff_t(begins[i]), tensors.begin() + std::ptrdiff_t(end) },
            {} };
        piece.layout = layoutGguf(piece.metadata, piece.tensors);
        pieces.push_back(std::move(piece));
    }
    return pieces;
}

std::vector<std::filesystem::path> pieceFiles(const std::filesystem::path& file, std::size_t count)
{
    if (count == 1)
        return { file };
    std::vector<std::filesystem::path> files;
    const PieceName name{ file.stem().string(), file.extension().string(), 1, int(count) };
    for (std::size_t number = 1; number <= count; ++number)
        files.push_back(file.parent_path() / name.of(int(number)));
    return files;
}

std::uint64_t splitSize(std::string_view size)
{
    std::uint64_t number = 0;
    const char* end = size.data() + size.size();
    const auto [rest, error] = std::from_chars(size.data(), end, number);
    const std::string_view unit(rest, std::size_t(end - rest));
    const std::uint64_t factor = unit == "M" ? 1'000'000 : unit == "G" ? 1'000'000'000 : 0;
    if (error != std::errc() || number == 0 || factor == 0
        || number > std::numeric_limits<std::int64_t>::max() / factor)
        throw Error(text("the size of a piece is \"", size.substr(0, 40),
            "\", expected a number with M or G for 10^6 or 10^9 bytes, such as 2G"));
    return number * factor;
}

} // namespace core
