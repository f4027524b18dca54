// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/shelf.h"

#include "core/base/contenthash.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/atomicfile.h"
#include "core/files/bytereader.h"
#include "core/files/mappedfile.h"
#include "core/files/outputfile.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>
#include <iomanip>
#include <sstream>
#include <system_error>
#include <utility>

namespace core {

namespace fs = std::filesystem;

namespace {

    constexpr std::string_view magic = "QSITEM01";
    constexpr std::size_t hashedFrom = 16;
    constexpr std::size_t headFrom = 24;
    constexpr std::string_view extension = ".item";
    constexpr std::size_t keyDigits = 32;
    constexpr std::uint64_t longestHead = 64 << 20; // of a layer: a few kB
    constexpr auto abandonedAfter = std::chrono::hours(1); // no item takes that long to write

    std::span<const std::byte> bytesOf(std::string_view characters)
    {
        return std::as_bytes(std::span(characters));
    }

    std::string hexadecimal(std::uint64_t value)
    {
        std::ostringstream hex;
        hex << std::hex << std::setw(16) << std::setfill('0') << value;
        return hex.str();
    }

    bool isItem(const fs::path& file)
    {
        const std::string name = file.filename().string();
        return name.size() == keyDigits + extension.size() && name.ends_with(extension);
    }

    bool isHalfWritten(const fs::path& file)
    {
        const std::string name = file.filename().string();
        return name.starts_with(".") && name.ends_with(".part")
            && name.find(extension) != std::string::npos;
    }

    void removeAbandoned(const fs::path& folder)
    {
        std::error_code none; // what cannot be looked at or removed stays
        const auto now = fs::file_time_type::clock::now();
        std::vector<fs::path> abandoned;
        for (const auto& entry : fs::directory_iterator(folder, none))
            if (isHalfWritten(entry.path()) && entry.last_write_time(none) + abandonedAfter < now)
                abandoned.push_back(entry.path());
        for (const fs::path& file : abandoned)
            fs::remove(file, none);
    }

    /// Whether `bytes` are an item as it was written.
    bool isIntact(std::span<const std::byte> bytes)
    {
        if (bytes.size() < headFrom
            || !std::ranges::equal(bytes.first(magic.size()), bytesOf(magic)))
            return false;
        std::uint64_t expected = 0;
        std::memcpy(&expected, bytes.data() + magic.size(), sizeof(expected));
        ContentHash hash;
        hash.add(bytes.subspan(hashedFrom));
        return hash.value() == expected;
    }

    /// The JSON of an item of `bytes`. Throws Error if it is none.
    Json headOf(ByteReader& reader)
    {
        reader.bytes(hashedFrom, "magic and hash");
        const auto length = reader.number<std::uint64_t>("length of the head");
        if (length > longestHead)
            throw Error(text(reader.place(), ": its head is said to have ", length,
                " bytes, expected at most ", longestHead));
        return parseJson(reader.string(length, "head"), reader.place());
    }

    ShelfEntry entryOf(const fs::path& file)
    {
        ShelfEntry entry;
        entry.key = file.stem().string();
        entry.bytes = fs::file_size(file);
        entry.lastUsed = fs::last_write_time(file);
        const auto mapped = MappedFile::open(file, MappedFile::Watch::Bytes);
        ByteReader reader(mapped->bytes(), file.string());
        const Json head = headOf(reader);
        entry.kind = jsonValue<std::string>(head, "kind", file.string(), "");
        entry.about = jsonValue<std::string>(head, "about", file.string(), "");
        return entry;
    }

} // namespace

Shelf::Shelf(fs::path folder, std::uint64_t limit)
    : m_folder(std::move(folder))
    , m_limit(limit)
{
    std::error_code error;
    if (!fs::create_directory(m_folder, error) && (error || !fs::is_directory(m_folder)))
        throw Error(text(m_folder.string(), ": cannot be created as work folder: ",
            error ? error.message() : "a file of that name is there"));
    removeAbandoned(m_folder);
}

std::string Shelf::keyOf(const Json& description)
{
    const std::string words = jsonText(description);
    ContentHash first, second;
    first.add(bytesOf(words));
    second.add(bytesOf("second half")); // 64 bits are few for many items
    second.add(bytesOf(words));
    return hexadecimal(first.value()) + hexadecimal(second.value());
}

fs::path Shelf::fileOf(const std::string& key) const { return m_folder / text(key, extension); }

bool Shelf::has(const std::string& key) const
{
    std::error_code none;
    return fs::is_regular_file(fileOf(key), none);
}

std::optional<ShelfItem> Shelf::find(const std::string& key) const
{
    if (!has(key))
        return std::nullopt;
    const fs::path file = fileOf(key);
    const auto mapped = MappedFile::open(file, MappedFile::Watch::Bytes);
    if (!isIntact(mapped->bytes())) {
        remove(key);
        return std::nullopt;
    }
    std::error_code none; // a shelf that may only be read serves all the same
    fs::last_write_time(file, fs::file_time_type::clock::now(), none);
    ByteReader reader(mapped->bytes(), file.string());
    ShelfItem item;
    item.head = std::make_shared<const Json>(headOf(reader));
    item.offset = reader.position();
    item.bytes = mapped->bytes().subspan(item.offset);
    item.file = file;
    item.mapping = mapped;
    return item;
}

ShelfItem Shelf::put(const std::string& key, const Json& head,
    std::span<const std::span<const std::byte>> parts) const
{
    const std::string words = jsonText(head);
    const std::uint64_t length = words.size();
    std::vector<std::span<const std::byte>> hashed{ std::as_bytes(std::span(&length, 1)),
        bytesOf(words) };
    hashed.insert(hashed.end(), parts.begin(), parts.end());
    std::uint64_t size = hashedFrom;
    for (const auto part : hashed)
        size += part.size();
    ContentHash hash;
    hash.add(hashed);
    const std::uint64_t value = hash.value();

    AtomicFile atomic(fileOf(key), Existing::Replace);
    OutputFile out(atomic.output(), size);
    out.write(bytesOf(magic));
    out.write(std::as_bytes(std::span(&value, 1)));
    for (const auto part : hashed)
        out.write(part);
    out.close();
    atomic.commit(Lasting::Soon); // its hash tells what a power cut made of it
    if (std::optional<ShelfItem> item = find(key))
        return *std::move(item);
    throw Error(text(fileOf(key).string(), ": reads back as something else than was written"));
}

std::vector<ShelfEntry> Shelf::entries() const
{
    std::vector<ShelfEntry> entries;
    std::error_code none;
    for (const auto& file : fs::directory_iterator(m_folder, none)) {
        if (!isItem(file.path()))
            continue;
        try {
            entries.push_back(entryOf(file.path()));
        } catch (const std::exception&) { // damaged, or another program removed it just now
            entries.push_back({ file.path().stem().string(), "damaged", {}, file.file_size(none),
                file.last_write_time(none) });
        }
    }
    std::ranges::sort(entries, std::greater(), &ShelfEntry::lastUsed);
    return entries;
}

void Shelf::remove(const std::string& key) const
{
    std::error_code none; // not there is as good
    fs::remove(fileOf(key), none);
}

void Shelf::clear() const
{
    for (const ShelfEntry& entry : entries())
        remove(entry.key);
}

void Shelf::trim(std::uint64_t wanted, const std::set<std::string>& kept) const
{
    const std::uint64_t limit = m_limit;
    if (limit == 0)
        return;
    std::vector<ShelfEntry> all = entries();
    std::uint64_t bytes = wanted;
    for (const ShelfEntry& entry : all)
        bytes += entry.bytes;
    for (auto oldest = all.rbegin(); oldest != all.rend() && bytes > limit; ++oldest) {
        if (kept.contains(oldest->key))
            continue;
        remove(oldest->key);
        bytes -= std::min(bytes, oldest->bytes);
    }
}

} // namespace core
