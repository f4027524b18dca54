// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/ggufpieces.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/filelink.h"
#include "core/files/mappedfile.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <map>
#include <unordered_set>

namespace core {

namespace fs = std::filesystem;

namespace {

    constexpr std::int64_t mostPieces = 99'999; // five digits in a name

    /// What a piece says of the splitting.
    struct Split {
        std::int64_t number = 0; ///< from 0 on
        std::int64_t count = 1;
        std::optional<std::int64_t> tensors; ///< of all pieces
    };

    std::optional<std::int64_t> wholeNumber(const GgufFile& file, const char* key)
    {
        const GgufValue* value = file.metadata.find(key);
        if (!value)
            return std::nullopt;
        return std::visit(
            [&](const auto& held) -> std::int64_t {
                using Held = std::decay_t<decltype(held)>;
                if constexpr (std::is_integral_v<Held> && !std::is_same_v<Held, bool>)
                    if (held >= Held(0) && std::uint64_t(held) <= std::uint64_t(INT32_MAX))
                        return std::int64_t(held);
                throw Error(text(file.path.string(), ": ", key, " is ", toText(*value),
                    ", expected a whole number that is not negative"));
            },
            *value);
    }

    Split splitOf(const GgufFile& file)
    {
        Split split{ wholeNumber(file, "split.no").value_or(0),
            std::max<std::int64_t>(1, wholeNumber(file, "split.count").value_or(1)),
            wholeNumber(file, "split.tensors.count") };
        if (split.count > mostPieces || split.number >= split.count)
            throw Error(text(file.path.string(), ": split.no is ", split.number,
                " and split.count ", split.count,
                ", expected a number below the count and at most ", mostPieces, " pieces"));
        return split;
    }

    /// Whether another GGUF file follows the tensors, as `cat` puts it there.
    bool isGlued(const GgufFile& file)
    {
        const auto mapped = MappedFile::open(file.path);
        const auto bytes = mapped->bytes();
        std::size_t end = 0;
        for (const StoredTensor& tensor : file.tensors)
            end = std::max(end, tensor.offset + tensor.bytes.size());
        const std::size_t step = ggufAlignment(file.metadata, file.path.string());
        end = (end + step - 1) / step * step;
        return end > 0 && end + 4 <= bytes.size()
            && std::memcmp(bytes.data() + end, "GGUF", 4) == 0;
    }

    /// Its name as a piece; nothing if it is named otherwise. Requires: it is one of several.
    std::optional<PieceName> nameOf(const GgufFile& file, const Split& split)
    {
        const auto name = pieceName(file.path);
        const bool fits = name && name->count == split.count && name->number == split.number + 1;
        return fits ? name : std::nullopt;
    }

    /// Why the other pieces of a file with another name than nameOf wants are not found.
    std::string whyAlone(const GgufFile& file, const Split& split)
    {
        const PieceName usual{ "NAME", ".gguf", int(split.number + 1), int(split.count) };
        return text("is piece ", split.number + 1, " of ", split.count, " of a model",
            isGlued(file) ? ", with another GGUF file glued to its end: pieces are joined by "
                            "\"llama-gguf-split --merge\", not by cat"
                          : text(", expected it to be named ", usual.of(usual.number),
                              " with the other pieces beside it"));
    }

    /// The pieces that are there, by their numbers, and what to say of the others.
    struct FoundPieces {
        std::map<int, fs::path> files;
        std::string missing;
    };
    FoundPieces piecesBeside(const fs::path& file, const PieceName& name)
    {
        constexpr int mostNamed = 5;
        FoundPieces found;
        std::string names;
        for (int number = 1; number <= name.count; ++number) {
            const fs::path path = file.parent_path() / name.of(number);
            std::error_code none;
            if (number == name.number || fs::exists(path, none))
                found.files.emplace(number, path);
            else if (number - 1 - int(found.files.size()) < mostNamed)
                names += text(names.empty() ? "" : ", ", name.of(number), absenceText(path));
        }
        const int lacking = name.count - int(found.files.size());
        if (lacking > 0)
            found.missing
                = text("is piece ", name.number, " of ", name.count, " of a model and needs ",
                    names, lacking > mostNamed ? text(" and ", lacking - mostNamed, " more") : "",
                    "; expected all pieces in one folder");
        return found;
    }

    void forgetSplit(GgufFile& file)
    {
        for (const char* key : { "split.no", "split.count", "split.tensors.count" })
            file.metadata.remove(key);
    }

    /// Piece `number` (from 1 on) of a model of which `first` says how many tensors it has.
    GgufFile readPiece(const fs::path& path, const Split& given, int number)
    {
        GgufFile piece = readGguf(path);
        const Split split = splitOf(piece);
        if (split.number != number - 1 || split.count != given.count
            || split.tensors != given.tensors)
            throw Error(text(path.string(), ": says that it is piece ", split.number + 1, " of ",
                split.count, " with ", split.tensors.value_or(0),
                " tensors in all, expected piece ", number, " of ", given.count, " with ",
                given.tensors.value_or(0)));
        return piece;
    }

    void requireEachOnce(const GgufFile& whole)
    {
        std::unordered_set<std::string_view> seen;
        for (const StoredTensor& tensor : whole.tensors) {
            if (!seen.insert(tensor.name).second)
                throw Error(text(tensor.file, ": tensor ", tensor.name,
                    " stands in another piece, too, expected it once"));
        }
    }

} // namespace

std::string PieceName::of(int other) const
{
    char numbers[32];
    std::snprintf(numbers, sizeof(numbers), "-%05d-of-%05d", other, count);
    return text(stem, numbers, extension);
}

std::optional<PieceName> pieceName(const fs::path& file)
{
    constexpr std::size_t digits = 5;
    constexpr std::size_t length = 2 * digits + 5; // "-00001-of-00002"
    const std::string stem = file.stem().string();
    if (stem.size() < length)
        return std::nullopt;
    const std::string_view tail = std::string_view(stem).substr(stem.size() - length);
    PieceName name{ stem.substr(0, stem.size() - length), file.extension().string() };
    const auto number = [&](std::size_t at) {
        int value = 0;
        const char* begin = tail.data() + at;
        return std::from_chars(begin, begin + digits, value).ptr == begin + digits ? value : 0;
    };
    name.number = number(1);
    name.count = number(length - digits);
    const bool isPiece = tail[0] == '-' && tail.substr(1 + digits, 4) == "-of-";
    return isPiece && name.number >= 1 && name.number <= name.count ? std::optional(name)
                                                                    : std::nullopt;
}

GgufFile readWholeGguf(const fs::path& path)
{
    GgufFile given = readGguf(path);
    const Split split = splitOf(given);
    if (split.count == 1)
        return given;
    const auto name = nameOf(given, split);
    if (!name) {
        given.missing = whyAlone(given, split);
        forgetSplit(given);
        return given;
    }
    FoundPieces found = piecesBeside(path, *name);
    GgufFile whole{ path, {}, {}, std::move(found.missing) };
    for (const auto& [number, file] : found.files) {
        GgufFile piece = readPiece(file, split, number);
        if (number == 1)
            whole.metadata = std::move(piece.metadata);
        std::move(piece.tensors.begin(), piece.tensors.end(), std::back_inserter(whole.tensors));
    }
    if (whole.missing.empty() && split.tensors
        && std::size_t(*split.tensors) != whole.tensors.size())
        throw Error(text(path.string(), ": split.tensors.count is ", *split.tensors, ", the ",
            name->count, " pieces have ", whole.tensors.size(), " tensors"));
    requireEachOnce(whole);
    forgetSplit(whole);
    return whole;
}

} // namespace core
