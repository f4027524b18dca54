// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/filelink.h"
#include "core/files/json.h"
#include "core/files/mappedfile.h"
#include "core/files/safetensors.h"
#include "core/files/torchfile.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <system_error>

namespace core {

namespace fs = std::filesystem;

namespace {

    /// Throws Error if `shard`, a name from the index, could lead out of the index's folder.
    void checkStaysInside(const std::string& shard, const std::string& index)
    {
        const fs::path path = shard;
        const bool climbs = std::find(path.begin(), path.end(), "..") != path.end();
        const bool isStrange
            = shard.empty() || shard.find_first_of(std::string("\\\0", 2)) != std::string::npos;
        if (path.is_absolute() || climbs || isStrange)
            throw Error(text(index, ": weight_map names the file \"", shard.substr(0, 200),
                "\", expected one inside the folder of the index"));
    }

    /// Tensor name → file name, as the index has it.
    std::map<std::string, std::string> readWeightMap(const fs::path& indexFile)
    {
        const std::string index = indexFile.string();
        const Json json = readJson(indexFile);
        const auto entries = json.is_object() ? json.find("weight_map") : json.end();
        if (entries == json.end() || !entries->is_object() || entries->empty())
            throw Error(
                text(index, ": has no weight_map, expected an object of tensor and file names"));
        std::map<std::string, std::string> weightMap;
        for (const auto& [tensor, file] : entries->items()) {
            weightMap[tensor] = jsonValue<std::string>(*entries, tensor, index + ": weight_map");
            checkStaysInside(weightMap[tensor], index);
        }
        return weightMap;
    }

    /// Names in a list that may be long: "a", "a and 3 more".
    std::string firstOf(const std::vector<std::string>& names)
    {
        const std::string first = names.front().substr(0, 200);
        return names.size() == 1 ? first : text(first, " and ", names.size() - 1, " more");
    }

    /// What `weightMap` says and `foundIn` (tensor → shard) does not confirm. Tensors of a shard
    /// in `missing` are not spoken of: the shard is.
    std::vector<std::string> faultsOf(const std::map<std::string, std::string>& weightMap,
        const std::map<std::string, std::string>& foundIn, const std::set<std::string>& missing,
        const fs::path& folder)
    {
        std::vector<std::string> faults;
        for (const std::string& shard : missing)
            faults.push_back(text("names the file ", shard, absenceText(folder / shard)));
        std::map<std::string, std::vector<std::string>> lacking; // shard → tensors
        std::vector<std::string> elsewhere;
        for (const auto& [tensor, shard] : weightMap) {
            const auto found = foundIn.find(tensor);
            if (found == foundIn.end() && !missing.contains(shard))
                lacking[shard].push_back(tensor);
            else if (found != foundIn.end() && found->second != shard)
                elsewhere.push_back(
                    text(tensor, " (in ", found->second, ", listed in ", shard, ")"));
        }
        for (const auto& [shard, tensors] : lacking)
            faults.push_back(
                text("lists ", firstOf(tensors), " in ", shard, ", which does not hold it"));
        if (!elsewhere.empty())
            faults.push_back(
                text("lists tensors in another file than holds them: ", firstOf(elsewhere)));
        return faults;
    }

    /// Of a safetensors or a PyTorch file, whatever its name.
    std::vector<StoredTensor> readShard(const fs::path& file)
    {
        return isTorchFile(MappedFile::open(file)->bytes()) ? readTorchFile(file)
                                                            : readSafetensors(file);
    }

    /// The tensors of several files.
    struct Gathered {
        std::string place; ///< for messages
        std::vector<StoredTensor> tensors{};
        std::map<std::string, std::string> foundIn{}; ///< tensor → shard

        void add(const fs::path& file, const std::string& shard)
        {
            for (StoredTensor& tensor : readShard(file)) {
                const auto [other, isNew] = foundIn.emplace(tensor.name, shard);
                if (!isNew)
                    throw Error(text(place, ": tensor ", tensor.name, " lies in ", other->second,
                        " and in ", shard, ", expected it in one file"));
                tensors.push_back(std::move(tensor));
            }
        }
    };

} // namespace

std::set<std::string> shardsOfIndex(const fs::path& indexFile)
{
    std::set<std::string> shards;
    for (const auto& [tensor, shard] : readWeightMap(indexFile))
        shards.insert(shard);
    return shards;
}

ShardedTensors readSafetensorsIndex(const fs::path& indexFile)
{
    const auto weightMap = readWeightMap(indexFile);
    std::set<std::string> shards, missing;
    for (const auto& [tensor, shard] : weightMap)
        shards.insert(shard);
    Gathered gathered{ indexFile.string() };
    for (const std::string& shard : shards) {
        const fs::path path = indexFile.parent_path() / shard;
        std::error_code none;
        if (fs::exists(path, none))
            gathered.add(path, shard);
        else
            missing.insert(shard);
    }
    auto faults = faultsOf(weightMap, gathered.foundIn, missing, indexFile.parent_path());
    return { std::move(gathered.tensors), std::move(faults) };
}

ShardedTensors readShards(const std::vector<fs::path>& shards, const std::string& place)
{
    Gathered gathered{ place };
    for (const fs::path& shard : shards)
        gathered.add(shard, shard.filename().string());
    return { std::move(gathered.tensors), {} };
}

} // namespace core
