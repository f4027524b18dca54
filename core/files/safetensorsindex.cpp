// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/json.h"
#include "core/files/safetensors.h"

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

} // namespace

std::vector<StoredTensor> readSafetensorsIndex(const fs::path& indexFile)
{
    const std::string index = indexFile.string();
    const auto weightMap = readWeightMap(indexFile);
    std::set<std::string> shards;
    for (const auto& [tensor, shard] : weightMap)
        shards.insert(shard);

    std::vector<StoredTensor> tensors;
    std::map<std::string, std::string> foundIn; // tensor → shard
    for (const std::string& shard : shards) {
        const fs::path path = indexFile.parent_path() / shard;
        std::error_code none;
        if (!fs::exists(path, none))
            throw Error(text(index, ": names the file ", shard, ", which is missing, expected all ",
                shards.size(), " files of the model in one folder"));
        for (StoredTensor& tensor : readSafetensors(path)) {
            const auto [other, isNew] = foundIn.emplace(tensor.name, shard);
            if (!isNew)
                throw Error(text(index, ": tensor ", tensor.name, " lies in ", other->second,
                    " and in ", shard, ", expected it in one file"));
            tensors.push_back(std::move(tensor));
        }
    }
    for (const auto& [tensor, shard] : weightMap) {
        const auto found = foundIn.find(tensor);
        if (found == foundIn.end() || found->second != shard)
            throw Error(text(index, ": expects tensor ", tensor, " in ", shard, ", found it ",
                found == foundIn.end() ? "nowhere" : "in " + found->second));
    }
    return tensors;
}

} // namespace core
