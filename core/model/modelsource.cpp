// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/modelsource.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/filelink.h"
#include "core/files/gguf.h"
#include "core/files/ggufpieces.h"
#include "core/files/mappedfile.h"
#include "core/files/outputfile.h"
#include "core/files/safetensors.h"
#include "core/files/signature.h"
#include "core/files/textfile.h"
#include "core/files/torchfile.h"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

namespace core {

namespace fs = std::filesystem;

namespace {

    constexpr const char* indexName = "model.safetensors.index.json";
    constexpr const char* torchName = "pytorch_model.bin";
    constexpr const char* torchIndexName = "pytorch_model.bin.index.json";

    bool isThere(const fs::path& path)
    {
        std::error_code error;
        const bool found = fs::exists(path, error);
        if (error)
            throw Error(text(path.string(), ": cannot be read: ", error.message()));
        return found;
    }

    /// The same; throws Error for a link whose target is missing.
    bool isThereWhole(const fs::path& path)
    {
        requireLinkTarget(path);
        return isThere(path);
    }

    std::string nameOf(const fs::path& path) { return path.filename().string(); }

    ModelSource ggufIn(const fs::path& folder, const std::vector<fs::path>& models)
    {
        if (models.size() == 1)
            return { .gguf = models.front(),
                .notes
                = { text("Of the folder, its GGUF file ", nameOf(models.front()), " is opened") } };
        std::string names;
        for (const fs::path& model : models)
            names.append(names.empty() ? "" : ", ").append(nameOf(model));
        throw Error(text(folder.string(), ": holds ", models.size(), " GGUF files: ", names,
            "; open one of them"));
    }

    /// All pieces of which `piece` is one that are there.
    ModelSource piecesOf(const fs::path& piece, const PieceName& name)
    {
        constexpr int mostNamed = 5;
        ModelSource source{ .folder = folderOf(piece) };
        std::string names;
        int missing = 0;
        for (int number = 1; number <= name.count; ++number) {
            const fs::path file = source.folder / name.of(number);
            if (isThere(file))
                source.weights.push_back(file);
            else if (++missing <= mostNamed)
                names += text(names.empty() ? "" : ", ", name.of(number), absenceText(file));
        }
        if (missing > 0)
            source.missing = text("is one of ", name.count, " files of the model and needs ", names,
                missing > mostNamed ? text(" and ", missing - mostNamed, " more") : "");
        source.notes = { text("There is no ", name.extension == ".bin" ? torchIndexName : indexName,
            "; ", source.weights.size(), " of ", name.count, " files are taken by their names") };
        return source;
    }

    /// The weights of a folder by their usual names.
    ModelSource usualWeights(const fs::path& folder)
    {
        if (isThereWhole(folder / "model.safetensors"))
            return { .folder = folder, .weights = { folder / "model.safetensors" } };
        if (isThereWhole(folder / indexName))
            return { .folder = folder, .index = folder / indexName };
        return {};
    }

    /// Weights under other names than `usual`: the only file of that `kind`, or all pieces of one
    /// model.
    ModelSource unusualWeights(const fs::path& folder, const std::vector<fs::path>& files,
        const char* usual, const char* kind)
    {
        for (const fs::path& file : files)
            requireLinkTarget(file);
        const auto first = pieceName(files.front());
        const auto isOther = [&](const fs::path& file) {
            const auto name = pieceName(file);
            return !name || name->stem != first->stem || name->count != first->count;
        };
        if (first && std::none_of(files.begin(), files.end(), isOther))
            return piecesOf(files.front(), *first);
        if (files.size() == 1)
            return { .folder = folder,
                .weights = files,
                .notes = { text("There is no ", usual, "; ", nameOf(files.front()), ", the only ",
                    kind, " file, is opened") } };
        std::string names;
        for (const fs::path& file : files)
            names.append(names.empty() ? "" : ", ").append(nameOf(file));
        throw Error(text(folder.string(), ": holds ", files.size(), " ", kind, " files (", names,
            "), none of which is ", usual, "; open one of them"));
    }

    /// Weights in PyTorch files, which count where there is no safetensors file.
    ModelSource torchWeights(const fs::path& folder)
    {
        if (isThereWhole(folder / torchName))
            return { .folder = folder, .weights = { folder / torchName } };
        if (isThereWhole(folder / torchIndexName))
            return { .folder = folder, .index = folder / torchIndexName };
        if (const auto files = torchFiles(folder); !files.empty())
            return unusualWeights(folder, files, torchName, "PyTorch");
        return {};
    }

    /// The snapshot that the branch main is at, where the cache knows it; empty otherwise.
    fs::path mainSnapshot(const fs::path& cache)
    {
        std::string commit = readOptionalText(cache / "refs/main").text;
        commit.erase(std::min(commit.find_first_of(" \r\n/"), commit.size()));
        std::error_code none;
        const fs::path snapshot = cache / "snapshots" / commit;
        return !commit.empty() && fs::is_directory(snapshot, none) ? snapshot : fs::path();
    }

    /// The snapshot of a cache of the hub (models--org--name/snapshots/«commit»/…) to be opened.
    fs::path snapshotIn(const fs::path& cache)
    {
        std::vector<fs::path> snapshots;
        std::error_code none;
        for (const auto& entry : fs::directory_iterator(cache / "snapshots", none))
            if (entry.is_directory(none))
                snapshots.push_back(entry.path());
        std::sort(snapshots.begin(), snapshots.end());
        if (snapshots.size() == 1)
            return snapshots.front();
        if (const fs::path main = mainSnapshot(cache); !main.empty())
            return main;
        std::string names;
        for (const fs::path& snapshot : snapshots)
            names.append(names.empty() ? "" : ", ").append(nameOf(snapshot));
        throw Error(text(cache.string(),
            ": is a model in a cache of the hub; open the folder of one of its ", snapshots.size(),
            " snapshots", snapshots.empty() ? "" : ": ", names));
    }

    /// The weights of a folder in the order in which transformers looks for them.
    ModelSource weightsIn(const fs::path& folder)
    {
        if (ModelSource usual = usualWeights(folder); !usual.folder.empty())
            return usual;
        if (const auto files = safetensorsFiles(folder); !files.empty())
            return unusualWeights(folder, files, "model.safetensors", ".safetensors");
        return torchWeights(folder);
    }

    ModelSource inFolder(const fs::path& folder)
    {
        const bool hasConfig = isThereWhole(folder / "config.json");
        if (hasConfig)
            if (ModelSource weights = weightsIn(folder); !weights.folder.empty())
                return weights;
        if (const auto models = ggufModels(folder); !models.empty())
            return ggufIn(folder, models);
        std::error_code none;
        if (!hasConfig && fs::is_directory(folder / "snapshots", none)) {
            const fs::path snapshot = snapshotIn(folder);
            ModelSource source = inFolder(snapshot);
            source.notes.push_back(
                text("Of the cache, its snapshot ", nameOf(snapshot), " is opened"));
            return source;
        }
        if (!hasConfig) {
            requireNoAdapterIn(folder);
            if (ModelSource weights = weightsIn(folder); !weights.folder.empty())
                return weights;
        }
        failWithoutModel(folder,
            hasConfig ? "no model.safetensors and no model.safetensors.index.json in it"
                      : "no config.json in it");
    }

    bool isListed(const fs::path& index, const fs::path& file)
    {
        return isThere(index) && shardsOfIndex(index).contains(nameOf(file));
    }

    /// A .safetensors or PyTorch file that was chosen itself.
    ModelSource ofWeights(const fs::path& file)
    {
        const fs::path folder = folderOf(file);
        if (!isThereWhole(folder / "config.json"))
            requireNoAdapterIn(folder);
        for (const auto& [whole, index] :
            { std::pair("model.safetensors", indexName), std::pair(torchName, torchIndexName) })
            if (nameOf(file) != whole && isListed(folder / index, file))
                return { .folder = folder, .index = folder / index };
        if (const auto name = pieceName(file))
            return piecesOf(file, *name);
        return { .folder = folder, .weights = { file } };
    }

    ModelSource ofIndex(const fs::path& index)
    {
        requireLinkTarget(folderOf(index) / "config.json");
        return { .folder = folderOf(index), .index = index };
    }

    void requireThere(const fs::path& path)
    {
        requireLinkTarget(path);
        if (isThere(path))
            return;
        const fs::path unfinished = unfinishedDownload(path);
        throw Error(unfinished.empty()
                ? text(path.string(), ": no such file or folder, ", wantedModel)
                : text(path.string(), absenceText(path)));
    }

} // namespace

std::string ModelSource::place() const
{
    return (!gguf.empty() ? gguf : index.empty() ? weights.front() : index).string();
}

ModelSource findModel(const fs::path& path)
{
    requireThere(path);
    if (fs::is_directory(path))
        return inFolder(path);
    const std::string name = nameOf(path);
    if (name == "config.json")
        return inFolder(folderOf(path));
    if (name.ends_with(".index.json"))
        return ofIndex(path);
    if (isGguf(path))
        return { .gguf = path };
    const auto mapped = MappedFile::open(path);
    const auto bytes = mapped->bytes();
    constexpr std::size_t lengthBytes = 8; // of the header of a .safetensors file
    const bool isSafetensors = bytes.size() > lengthBytes && bytes[lengthBytes] == std::byte('{');
    if (isSafetensors || path.extension() == ".safetensors" || isTorchFile(bytes))
        return ofWeights(path);
    const auto found = foreignName(path);
    const auto content = foreignContent(bytes, Expected::Gguf);
    throw Error(text(path.string(), ": ",
        content && !(found && content->starts_with("is a zip archive")) ? *content
            : found                                                     ? *found
                    : text("is no model, ", wantedModel)));
}

} // namespace core
