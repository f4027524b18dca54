// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/journal.h"

#include "core/base/contenthash.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/atomicfile.h"
#include "core/files/bytereader.h"
#include "core/files/json.h"
#include "core/files/mappedfile.h"
#include "core/files/outputfile.h"
#include "core/formats/study.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>
#include <system_error>
#include <utility>

namespace core {

namespace fs = std::filesystem;

namespace {

    constexpr std::string_view magic = "QSPART01";
    constexpr std::size_t hashedFrom = 16;
    constexpr std::string_view extension = ".part.qs";
    constexpr std::string_view keyName = "key.json";

    std::span<const std::byte> bytesOf(std::string_view characters)
    {
        return std::as_bytes(std::span(characters));
    }

    std::string partHeader(const RoundedPart& part)
    {
        Json list = Json::array();
        for (const Tensor& tensor : part.tensors) {
            Json entry{ { "name", tensor.name }, { "format", tensor.format->name },
                { "bytes", tensor.bytes.size() } };
            const auto report = std::ranges::find(part.reports, tensor.place, &TensorReport::place);
            if (report != part.reports.end())
                entry["report"] = tensorReportToJson(*report);
            list.push_back(std::move(entry));
        }
        return jsonText(list);
    }

    /// One tensor of a part, as its entry says. Throws Error if it does not fit the checkpoint's.
    Tensor readTensor(const Json& entry, const Checkpoint& checkpoint, ByteReader& reader)
    {
        const auto name = jsonValue<std::string>(entry, "name", reader.place());
        const Tensor* original = checkpoint.find(name);
        const Format* format = findFormat(jsonValue<std::string>(entry, "format", reader.place()));
        if (format && original)
            format = formatForRows(format, original->columns);
        const auto size = jsonValue<std::int64_t>(entry, "bytes", reader.place());
        if (!original || !format || !format->fits(std::size_t(original->columns))
            || std::size_t(size)
                != std::size_t(original->rows) * format->rowBytes(std::size_t(original->columns)))
            throw Error(text(reader.place(), ": ", name, " does not fit the model"));
        Tensor tensor = *original;
        tensor.format = format;
        tensor.offset = reader.position();
        tensor.file = reader.place();
        tensor.bytes = reader.bytes(std::uint64_t(size), "tensor");
        return tensor;
    }

    /// Whether `bytes` are a part as it was written.
    bool isIntact(std::span<const std::byte> bytes)
    {
        if (bytes.size() < hashedFrom
            || !std::ranges::equal(bytes.first(magic.size()), bytesOf(magic)))
            return false;
        std::uint64_t expected = 0;
        std::memcpy(&expected, bytes.data() + magic.size(), sizeof(expected));
        ContentHash hash;
        hash.add(bytes.subspan(hashedFrom));
        return hash.value() == expected;
    }

    /// Nothing if the file is damaged.
    std::optional<RoundedPart> readPart(const fs::path& file, const Checkpoint& checkpoint)
    {
        const auto mapped = MappedFile::open(file);
        if (!isIntact(mapped->bytes()))
            return std::nullopt;
        ByteReader reader(mapped->bytes(), file.string());
        reader.bytes(hashedFrom, "magic and hash");
        const auto length = reader.number<std::uint64_t>("length of the list");
        const Json list = parseJson(reader.string(length, "list"), file.string());
        RoundedPart part;
        for (const Json& entry : list) {
            Tensor tensor = readTensor(entry, checkpoint, reader);
            tensor.owner = mapped;
            if (entry.contains("report")) {
                part.reports.push_back(
                    tensorReportFromJson(entry["report"], tensor, file.string()));
                part.reports.back().resumed = true;
            }
            part.tensors.push_back(std::move(tensor));
        }
        return part;
    }

    void writePart(const fs::path& file, const RoundedPart& part)
    {
        const std::string list = partHeader(part);
        std::vector<std::byte> contents;
        const auto append = [&](std::span<const std::byte> bytes) {
            contents.insert(contents.end(), bytes.begin(), bytes.end());
        };
        const std::uint64_t length = list.size();
        append(std::as_bytes(std::span(&length, 1)));
        append(bytesOf(list));
        for (const Tensor& tensor : part.tensors)
            append(tensor.bytes);
        ContentHash hash;
        hash.add(contents);
        const std::uint64_t value = hash.value();

        AtomicFile atomic(file);
        OutputFile out(atomic.output(), hashedFrom + contents.size());
        out.write(bytesOf(magic));
        out.write(std::as_bytes(std::span(&value, 1)));
        out.write(contents);
        out.close();
        atomic.commit();
    }

    bool hasKey(const fs::path& file, const std::string& key)
    {
        std::error_code none;
        if (!fs::is_regular_file(file, none) || fs::file_size(file, none) != key.size())
            return false;
        const auto mapped = MappedFile::open(file);
        return std::ranges::equal(mapped->bytes(), bytesOf(key));
    }

    void removeParts(const fs::path& folder)
    {
        std::error_code error;
        std::vector<fs::path> parts;
        for (const auto& entry : fs::directory_iterator(folder, error))
            if (entry.path().string().ends_with(extension))
                parts.push_back(entry.path());
        for (const fs::path& part : parts)
            if (!fs::remove(part, error) && error)
                throw Error(text(part.string(), ": cannot be removed: ", error.message()));
    }

} // namespace

Journal::Journal(fs::path folder, const Json& key)
    : m_folder(std::move(folder))
{
    if (m_folder.empty())
        return;
    std::error_code error;
    if (!fs::create_directory(m_folder, error) && error)
        throw Error(
            text(m_folder.string(), ": cannot be created as work folder: ", error.message()));
    const std::string wanted = jsonText(key, 1) + "\n";
    if (hasKey(m_folder / keyName, wanted))
        return;
    removeParts(m_folder);
    writeFileAtomically(m_folder / keyName, wanted);
}

fs::path Journal::fileOf(const std::string& name) const { return m_folder / text(name, extension); }

std::optional<RoundedPart> Journal::find(
    const std::string& name, const Checkpoint& checkpoint) const
{
    std::error_code none;
    if (m_folder.empty() || !fs::is_regular_file(fileOf(name), none))
        return std::nullopt;
    return readPart(fileOf(name), checkpoint);
}

RoundedPart Journal::keep(
    const std::string& name, RoundedPart part, const Checkpoint& checkpoint) const
{
    if (m_folder.empty())
        return part;
    writePart(fileOf(name), part);
    auto kept = readPart(fileOf(name), checkpoint);
    if (!kept)
        throw Error(text(fileOf(name).string(), ": reads back as something else than was written"));
    kept->reports = std::move(part.reports);
    return *std::move(kept);
}

} // namespace core
