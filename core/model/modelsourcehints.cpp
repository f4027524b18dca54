// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/filelink.h"
#include "core/files/ggufpieces.h"
#include "core/files/lenientjson.h"
#include "core/files/mappedfile.h"
#include "core/files/signature.h"
#include "core/files/torchfile.h"
#include "core/model/modelsource.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <map>
#include <string_view>
#include <system_error>

// What is in a folder that is no model, told by names.
namespace core {

namespace fs = std::filesystem;

namespace {

    constexpr std::size_t mostNamed = 5; ///< files or folders listed in a message

    /// What is in a folder, sorted; nothing if it cannot be read.
    std::vector<fs::path> entriesOf(const fs::path& folder)
    {
        std::vector<fs::path> entries;
        std::error_code none;
        for (fs::directory_iterator at(folder, none), end; !none && at != end; at.increment(none))
            entries.push_back(at->path());
        std::sort(entries.begin(), entries.end());
        return entries;
    }

    std::string extensionOf(const fs::path& file)
    {
        std::string extension = file.extension().string();
        std::transform(extension.begin(), extension.end(), extension.begin(),
            [](unsigned char c) { return char(std::tolower(c)); });
        return extension;
    }

    std::string shownName(const fs::path& path) { return path.filename().string(); }

    std::string listed(const std::vector<fs::path>& paths)
    {
        std::string names;
        for (std::size_t i = 0; i < std::min(paths.size(), mostNamed); ++i)
            names.append(i == 0 ? "" : ", ").append(shownName(paths[i]));
        return paths.size() > mostNamed ? text(names, " and ", paths.size() - mostNamed, " more")
                                        : names;
    }

    template<typename Wanted>
    std::vector<fs::path> matching(const std::vector<fs::path>& entries, const Wanted& wanted)
    {
        std::vector<fs::path> found;
        std::copy_if(entries.begin(), entries.end(), std::back_inserter(found), wanted);
        return found;
    }

    bool isAdapterFile(const fs::path& file)
    {
        return shownName(file) == "adapter_config.json"
            || shownName(file).starts_with("adapter_model.");
    }

    /// "is a LoRA adapter of «base», no model: …"
    std::string adapterText(const fs::path& folder)
    {
        const Json config = readOptionalJson(folder / "adapter_config.json").value;
        const auto base
            = config.is_object() ? config.find("base_model_name_or_path") : config.end();
        const bool isNamed = config.is_object() && base != config.end() && base->is_string();
        return text("is a LoRA adapter", isNamed ? " of " + base->get<std::string>() : "",
            " and no model: merge it into the model it belongs to (peft: merge_and_unload), or "
            "open "
            "that one");
    }

    bool holdsModel(const fs::path& folder)
    {
        std::error_code none;
        return fs::is_directory(folder, none)
            && (fs::exists(folder / "config.json", none)
                || fs::is_directory(folder / "snapshots", none) || !ggufModels(folder).empty());
    }

} // namespace

std::vector<fs::path> ggufModels(const fs::path& folder)
{
    std::map<std::string, fs::path> models; // without the number of a piece → the first of them
    for (const fs::path& file : entriesOf(folder)) {
        if (extensionOf(file) != ".gguf" || shownName(file).find("mmproj") != std::string::npos)
            continue;
        const auto piece = pieceName(file);
        models.emplace(piece ? piece->of(1) : shownName(file), file);
    }
    std::vector<fs::path> files;
    for (const auto& [name, file] : models)
        files.push_back(file);
    return files;
}

std::vector<fs::path> safetensorsFiles(const fs::path& folder)
{
    return matching(entriesOf(folder), [](const fs::path& file) {
        return extensionOf(file) == ".safetensors" && !isAdapterFile(file);
    });
}

std::vector<fs::path> torchFiles(const fs::path& folder)
{
    constexpr std::array<std::string_view, 4> ofTrainers{ "training_args.", "optimizer.",
        "scheduler.", "rng_state" };
    return matching(entriesOf(folder), [&](const fs::path& file) {
        const std::string extension = extensionOf(file), name = shownName(file);
        const auto isOf = [&](std::string_view start) { return name.starts_with(start); };
        std::error_code none;
        return (extension == ".bin" || extension == ".pth" || extension == ".pt")
            && !isAdapterFile(file) && std::ranges::none_of(ofTrainers, isOf)
            && fs::is_regular_file(file, none) && isTorchFile(MappedFile::open(file)->bytes());
    });
}

std::string otherContents(const fs::path& folder)
{
    const auto entries = entriesOf(folder);
    if (std::ranges::any_of(entries, isAdapterFile))
        return adapterText(folder);
    for (const fs::path& entry : entries)
        if (const auto broken = brokenLink(entry); broken && shownName(entry) != "config.json")
            return *broken;
    const auto foreign
        = matching(entries, [](const fs::path& file) { return foreignName(file).has_value(); });
    if (!foreign.empty())
        return text("what it holds (", listed(foreign), ") ", *foreignName(foreign.front()));
    const auto models = matching(entries, holdsModel);
    if (!models.empty())
        return text("but a model in a folder of it: open ", listed(models));
    return {};
}

void requireNoAdapterIn(const fs::path& folder)
{
    if (std::ranges::any_of(entriesOf(folder), isAdapterFile))
        throw Error(text(folder.string(), ": ", adapterText(folder)));
}

void failWithoutModel(const fs::path& folder, const std::string& whatIsMissing)
{
    const std::string other = otherContents(folder);
    if (other.starts_with("is a"))
        throw Error(text(folder.string(), ": ", other));
    throw Error(
        text(folder.string(), ": ", whatIsMissing, ", ", other.empty() ? wantedModel : other));
}

} // namespace core
