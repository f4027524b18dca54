// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/localmodels.h"

#include "core/model/modelsource.h"

#include <algorithm>
#include <fstream>
#include <string_view>
#include <system_error>

namespace core {

namespace fs = std::filesystem;

namespace {

    using Keeper = LocalModel::Keeper;

    constexpr std::string_view cachedModel = "models--";

    /// The folders in `folder`, sorted; nothing if there is none.
    std::vector<fs::path> foldersIn(const fs::path& folder)
    {
        std::vector<fs::path> folders;
        std::error_code none;
        fs::directory_iterator entry(folder, none);
        for (; !none && entry != fs::directory_iterator(); entry.increment(none)) {
            std::error_code unknown;
            if (entry->is_directory(unknown))
                folders.push_back(entry->path());
        }
        std::ranges::sort(folders);
        return folders;
    }

    bool isPlainFile(const fs::path& file)
    {
        std::error_code none; // a link whose target is missing is not there
        return fs::is_regular_file(file, none);
    }

    /// Whether a folder has what a Hugging Face model needs, as far as names tell.
    bool hasWeights(const fs::path& folder)
    {
        return isPlainFile(folder / "config.json")
            && (std::ranges::any_of(safetensorsFiles(folder), isPlainFile)
                || isPlainFile(folder / "pytorch_model.bin")
                || isPlainFile(folder / "pytorch_model.bin.index.json"));
    }

    /// The models of one folder: itself, or each GGUF file in it.
    void addFrom(const fs::path& folder, const fs::path& opened, Keeper keeper,
        const std::string& name, std::vector<LocalModel>& models)
    {
        if (hasWeights(folder))
            models.push_back({ keeper, opened, name });
        auto files = ggufModels(folder);
        std::erase_if(files, [](const fs::path& file) { return !isPlainFile(file); });
        for (const fs::path& file : files)
            models.push_back(
                { keeper, file, files.size() == 1 ? name : name + "/" + file.filename().string() });
    }

    /// The snapshot that refs/main names, or the only one; empty if there is none.
    fs::path snapshotOf(const fs::path& cached)
    {
        const auto snapshots = foldersIn(cached / "snapshots");
        if (snapshots.size() == 1)
            return snapshots.front();
        std::ifstream stream(cached / "refs" / "main");
        std::string commit;
        stream >> commit;
        const auto main = std::ranges::find(
            snapshots, commit, [](const fs::path& path) { return path.filename().string(); });
        return main == snapshots.end() ? fs::path() : *main;
    }

    /// "models--owner--name" → "owner/name".
    std::string nameOfCached(const fs::path& cached)
    {
        std::string name = cached.filename().string().substr(cachedModel.size());
        if (const auto mark = name.find("--"); mark != std::string::npos)
            name.replace(mark, 2, "/");
        return name;
    }

    void addHub(const fs::path& hub, std::vector<LocalModel>& models)
    {
        for (const fs::path& cached : foldersIn(hub)) {
            if (!cached.filename().string().starts_with(cachedModel))
                continue;
            if (const fs::path snapshot = snapshotOf(cached); !snapshot.empty())
                addFrom(snapshot, cached, Keeper::HuggingFace, nameOfCached(cached), models);
        }
    }

    void addLmStudio(const fs::path& folder, std::vector<LocalModel>& models)
    {
        for (const fs::path& owner : foldersIn(folder))
            for (const fs::path& model : foldersIn(owner))
                addFrom(model, model, Keeper::LmStudio,
                    owner.filename().string() + "/" + model.filename().string(), models);
    }

    fs::path hubOf(const fs::path& home, const Environment& environment)
    {
        const auto path = [&](const char* name) {
            const auto value = environment(name);
            return value && !value->empty() ? fs::path(*value) : fs::path();
        };
        for (const char* name : { "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE" })
            if (const fs::path hub = path(name); !hub.empty())
                return hub;
        if (const fs::path own = path("HF_HOME"); !own.empty())
            return own / "hub";
        const fs::path cache = path("XDG_CACHE_HOME");
        return (cache.empty() ? home / ".cache" : cache) / "huggingface" / "hub";
    }

} // namespace

std::vector<LocalModel> localModels(const fs::path& home, const Environment& environment)
{
    std::vector<LocalModel> models;
    addHub(hubOf(home, environment), models);
    addLmStudio(home / ".lmstudio" / "models", models);
    addLmStudio(home / ".cache" / "lm-studio" / "models", models);
    std::ranges::stable_sort(models, [](const LocalModel& a, const LocalModel& b) {
        return std::pair(a.keeper, a.name) < std::pair(b.keeper, b.name);
    });
    return models;
}

} // namespace core
