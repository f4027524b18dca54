// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/imatrix.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/bytereader.h"
#include "core/files/gguf.h"
#include "core/files/mappedfile.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace core {

namespace {

    constexpr std::string_view sumSuffix = ".in_sum2";
    constexpr std::string_view countSuffix = ".counts";
    constexpr std::string_view meanSuffix = ".in_sum"; // of activations, not squared: not needed

    /// The name without its suffix, or nothing if it does not end so.
    std::optional<std::string> withoutSuffix(const std::string& name, std::string_view suffix)
    {
        if (!std::string_view(name).ends_with(suffix))
            return std::nullopt;
        return name.substr(0, name.size() - suffix.size());
    }

    void checkValues(
        const std::vector<float>& values, const std::string& name, const std::string& place)
    {
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (!std::isfinite(values[i]) || values[i] < 0)
                throw Error(text(place, ": ", name, " has ", values[i], " at channel ", i,
                    ", expected a finite number that is not negative"));
        }
    }

    std::vector<float> floatsOf(const StoredTensor& tensor)
    {
        if (tensor.format != &formats::f32)
            throw Error(text(tensor.file, ": ", tensor.name, " is stored as ", storedType(tensor),
                ", expected F32"));
        std::vector<float> values(tensor.bytes.size() / sizeof(float));
        tensor.format->decodeBlocks(tensor.bytes.data(), values.size(), values.data());
        checkValues(values, tensor.name, tensor.file);
        return values;
    }

    /// Sums divided by counts, one count for each matrix of sums.size() / counts.size() channels.
    std::vector<float> means(std::vector<float> sums, const std::vector<float>& counts)
    {
        const std::size_t channels = sums.size() / counts.size();
        for (std::size_t i = 0; i < sums.size(); ++i) {
            const float count = std::round(counts[i / channels]); // as llama.cpp reads it
            sums[i] = count > 0 ? sums[i] / count : 1.0f; // 1: an expert that never saw a token
        }
        return sums;
    }

    Importance readGgufForm(const std::filesystem::path& path)
    {
        const GgufFile file = readGguf(path);
        const GgufValue* type = file.metadata.find("general.type");
        if (!type || *type != GgufValue(std::string("imatrix")))
            throw Error(text(path.string(), ": general.type is ", type ? toText(*type) : "missing",
                ", expected imatrix"));

        std::map<std::string, const StoredTensor*> sums, counts;
        for (const StoredTensor& tensor : file.tensors) {
            if (const auto name = withoutSuffix(tensor.name, sumSuffix))
                sums[*name] = &tensor;
            else if (const auto counted = withoutSuffix(tensor.name, countSuffix))
                counts[*counted] = &tensor;
            else if (!withoutSuffix(tensor.name, meanSuffix))
                throw Error(text(path.string(), ": has a tensor ", tensor.name,
                    ", expected only names that end in .in_sum2, .in_sum or .counts"));
        }
        Importance result;
        for (const auto& [name, sum] : sums) {
            const auto count = counts.find(name);
            if (count == counts.end())
                throw Error(
                    text(path.string(), ": has ", name, ".in_sum2, but no ", name, ".counts"));
            const std::vector<float> divisors = floatsOf(*count->second);
            const auto matrices = *weightCount(sum->shape) / std::uint64_t(sum->shape.back());
            if (divisors.size() != matrices)
                throw Error(text(path.string(), ": ", name, ".counts has ", divisors.size(),
                    " values, expected ", matrices, ", as many as ", name, ".in_sum2 has rows"));
            result[name] = means(floatsOf(*sum), divisors);
        }
        if (counts.size() > sums.size())
            throw Error(text(path.string(), ": has ", counts.size(), " counts, expected ",
                sums.size(), ", as many as there are sums"));
        for (const StoredTensor& tensor : file.tensors)
            tensor.mapping->requireUnchanged();
        return result;
    }

    /// A number of things in the legacy form. Throws Error if it is below `least`.
    std::uint64_t legacyCount(ByteReader& reader, std::int32_t least, const char* what)
    {
        const std::size_t position = reader.position();
        const auto count = reader.number<std::int32_t>(what);
        if (count < least)
            throw Error(text(reader.place(), ": ", what, " at byte ", position, " is ", count,
                ", expected at least ", least, " in an importance matrix"));
        return std::uint64_t(count);
    }

    Importance readLegacyForm(const MappedFile& file)
    {
        ByteReader reader(file.bytes(), file.path().string());
        const auto entries = legacyCount(reader, 1, "the number of entries");
        reader.count(entries, 4 + 1 + 4 + 4 + 4, "entries"); // a name of one byte, one channel
        Importance result;
        for (std::uint64_t i = 0; i < entries; ++i) {
            const std::string name
                = reader.string(legacyCount(reader, 1, "the length of a name"), "a name");
            const auto calls = legacyCount(reader, 0, "the number of calls");
            const auto channels = reader.count(
                legacyCount(reader, 1, "the number of channels"), sizeof(float), "channels");
            std::vector<float> values;
            for (std::uint64_t c = 0; c < channels; ++c)
                values.push_back(reader.number<float>("a channel"));
            checkValues(values, name, reader.place());
            for (float& value : values)
                value /= calls > 0 ? float(calls) : 1.0f;
            if (!result.emplace(name, std::move(values)).second)
                throw Error(text(reader.place(), ": ", name, " stands twice, expected once"));
        }
        if (reader.left() > 0)
            legacyCount(reader, 0, "the number of calls in all");
        if (reader.left() > 0)
            reader.string(
                legacyCount(reader, 0, "the length of the text's name"), "the text's name");
        if (reader.left() > 0)
            throw Error(text(reader.place(), ": has ", reader.left(), " bytes after byte ",
                reader.position(), ", where an importance matrix ends"));
        return result;
    }

} // namespace

Importance readImatrix(const std::filesystem::path& file)
{
    if (isGguf(file))
        return readGgufForm(file);
    const auto mapped = MappedFile::open(file);
    Importance importance = readLegacyForm(*mapped);
    mapped->requireUnchanged();
    return importance;
}

void writeImatrix(const OutputPath& file, const ImportanceMatrix& imatrix)
{
    GgufMetadata metadata;
    metadata.set("general.type", std::string("imatrix"));
    metadata.set("imatrix.datasets", GgufArray(std::vector<std::string>{ imatrix.dataset }));
    metadata.set("imatrix.chunk_count", imatrix.chunks);
    metadata.set("imatrix.chunk_size", imatrix.chunkSize);
    std::vector<GgufTensorInfo> infos;
    std::vector<const std::vector<float>*> values;
    for (const auto& [name, sums] : imatrix.tensors) {
        const auto matrices = std::int64_t(sums.counts.size());
        const auto channels = std::int64_t(sums.squares.size()) / matrices;
        const auto add = [&](std::string_view suffix, std::int64_t width, const auto& numbers) {
            std::vector<std::int64_t> shape{ width };
            if (matrices > 1)
                shape.insert(shape.begin(), matrices);
            infos.push_back({ name + std::string(suffix), &formats::f32, std::move(shape) });
            values.push_back(&numbers);
        };
        add(sumSuffix, channels, sums.squares);
        add(countSuffix, 1, sums.counts);
    }
    writeGguf(file, metadata, infos,
        [&](std::size_t i) { return GgufBytes(std::as_bytes(std::span(*values[i]))); }, {});
}

} // namespace core
