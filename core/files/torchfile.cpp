// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/torchfile.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/bytereader.h"
#include "core/files/mappedfile.h"
#include "core/files/signature.h"
#include "core/files/torchpickle.h"
#include "core/files/ziparchive.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace core {

namespace {

    constexpr std::uint64_t longestPickle = 100'000'000; // as safetensors' header
    constexpr std::string_view zipMark = "PK\3\4";

    std::string_view charactersOf(std::span<const std::byte> bytes)
    {
        return { reinterpret_cast<const char*>(bytes.data()), bytes.size() };
    }

    bool isOldTorchFile(std::span<const std::byte> bytes)
    {
        return bytes.size() > 2 && bytes[0] == std::byte(0x80) && bytes[1] >= std::byte(2)
            && bytes[1] <= std::byte(5);
    }

    /// Gives a tensor its bytes, inside those of its storage.
    StoredTensor stored(torchpickle::TensorEntry entry, std::span<const std::byte> storage,
        const std::shared_ptr<const MappedFile>& file)
    {
        StoredTensor tensor;
        tensor.file = file->path().string();
        tensor.mapping = file;
        tensor.format = entry.format;
        tensor.dtype = entry.format ? entry.format->name : entry.type;
        tensor.shape = std::move(entry.shape);
        tensor.name = std::move(entry.name);
        // Of a type that nothing here decodes, the whole storage counts.
        const std::uint64_t width = entry.format ? std::uint64_t(entry.format->blockBytes) : 0;
        const auto size = entry.format  ? byteCount(*tensor.format, tensor.shape)
            : weightCount(tensor.shape) ? std::optional<std::uint64_t>(storage.size())
                                        : std::nullopt;
        const std::uint64_t available = storage.size() / std::max<std::uint64_t>(1, width);
        const auto first = std::uint64_t(entry.first);
        if (!size || first > available || *size > storage.size() - first * width)
            throw Error(text(tensor.file, ": tensor ", tensor.name.substr(0, 200), " of shape ",
                shapeText(tensor.shape), " begins at element ", first, " of storage ",
                entry.storage.key.substr(0, 60), ", which has ", storage.size(),
                " bytes, expected it inside"));
        tensor.bytes = storage.subspan(std::size_t(first * width), std::size_t(*size));
        tensor.offset = std::size_t(tensor.bytes.data() - file->bytes().data());
        return tensor;
    }

    std::vector<StoredTensor> readZip(const std::shared_ptr<const MappedFile>& file)
    {
        const std::string place = file->path().string();
        const ZipArchive zip(file->bytes(), place);
        const std::string pickleName = zip.firstEndingIn("data.pkl");
        if (pickleName.empty())
            throw Error(
                text(place, ": is a zip archive without data.pkl, expected a PyTorch file"));
        const std::string folder
            = pickleName.substr(0, pickleName.size() - std::string_view("data.pkl").size());
        if (zip.contains(folder + "byteorder")
            && charactersOf(zip.entry(folder + "byteorder")) == "big")
            throw Error(
                text(place, ": is a big-endian PyTorch file, expected a little-endian one"));
        const auto bytes = zip.entry(pickleName);
        if (bytes.size() > longestPickle)
            throw Error(text(place, ": the pickle has ", bytes.size(), " bytes, expected at most ",
                longestPickle));
        ByteReader reader(bytes, text(place, ": ", pickleName.substr(0, 200)));
        const Pickle pickle(reader, torchpickle::isKnown);
        std::vector<StoredTensor> tensors;
        for (torchpickle::TensorEntry& entry : torchpickle::tensorsIn(pickle.root(), place)) {
            const auto storage = zip.entry(text(folder, "data/", entry.storage.key));
            tensors.push_back(stored(std::move(entry), storage, file));
        }
        return tensors;
    }

    /// The storages that follow the pickles of an old file, by their keys.
    using Storages = std::unordered_map<std::string_view, std::span<const std::byte>>;

    Storages readStorages(ByteReader& reader, const PickleValue& keys,
        const std::vector<torchpickle::TensorEntry>& tensors)
    {
        std::unordered_map<std::string_view, const Format*> formats;
        for (const torchpickle::TensorEntry& tensor : tensors)
            formats.emplace(tensor.storage.key, tensor.storage.format);
        const PickleNode* list = nodeOf(keys, PickleNode::Kind::List);
        if (!list)
            throw Error(text(reader.place(),
                ": the last pickle is no list, expected the names of "
                "the storages"));
        Storages storages;
        for (const PickleValue& value : list->items) {
            const auto key = textOf(value);
            const auto format = key ? formats.find(*key) : formats.end();
            if (format == formats.end() || !format->second) // how long it is nobody says
                throw Error(text(reader.place(), ": no tensor is stored in storage ",
                    key.value_or("").substr(0, 60),
                    ", expected one: convert the file to "
                    "safetensors"));
            const auto count = reader.number<std::uint64_t>("the size of a storage");
            const auto width = std::size_t(format->second->blockBytes);
            reader.count(count, width, "numbers of a storage");
            storages.emplace(*key, reader.bytes(count * width, "a storage"));
        }
        return storages;
    }

    std::vector<StoredTensor> readOld(const std::shared_ptr<const MappedFile>& file)
    {
        const std::string place = file->path().string();
        ByteReader reader(file->bytes(), place);
        const auto next = [&] { return Pickle(reader, torchpickle::isKnown); };
        constexpr int longBytes = 10; // of the magic number 0x1950a86a20f9469cfc6c
        const std::string_view start = charactersOf(file->bytes()).substr(0, 4 + longBytes + 1);
        if (start.substr(2)
            != std::string_view("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."))
            throw Error(text(place,
                ": is a pickle without the magic number of torch.save, "
                "expected a PyTorch file: convert it to safetensors"));
        reader.bytes(start.size(), "the magic number");
        if (const Pickle protocol = next(); integerOf(protocol.root()) != 1001)
            throw Error(text(place, ": the second pickle is not 1001, the protocol of torch.save"));
        next(); // facts about the computer
        const Pickle model = next();
        auto entries = torchpickle::tensorsIn(model.root(), place);
        const Pickle keys = next();
        const Storages storages = readStorages(reader, keys.root(), entries);
        std::vector<StoredTensor> tensors;
        for (torchpickle::TensorEntry& entry : entries) {
            const auto found = storages.find(entry.storage.key);
            if (found == storages.end())
                throw Error(text(place, ": holds no storage ", entry.storage.key.substr(0, 60),
                    ", expected that of tensor ", entry.name.substr(0, 200)));
            tensors.push_back(stored(std::move(entry), found->second, file));
        }
        return tensors;
    }

} // namespace

bool isTorchFile(std::span<const std::byte> bytes)
{
    constexpr std::size_t lookedAt = 4096; // the pickle is the first entry
    const std::string_view start = charactersOf(bytes.first(std::min(bytes.size(), lookedAt)));
    return (start.starts_with(zipMark) && start.find("data.pkl") != std::string_view::npos)
        || isOldTorchFile(bytes);
}

std::vector<StoredTensor> readTorchFile(const std::filesystem::path& path)
{
    const auto file = MappedFile::open(path);
    if (!isTorchFile(file->bytes()))
        throw Error(text(path.string(), ": ",
            foreignContent(file->bytes(), Expected::Gguf)
                .value_or("is no PyTorch file, expected a zip archive with data.pkl or a pickle")));
    auto tensors = isOldTorchFile(file->bytes()) ? readOld(file) : readZip(file);
    file->requireUnchanged();
    return tensors;
}

} // namespace core
