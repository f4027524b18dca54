// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/modelname.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>

namespace core {

namespace fs = std::filesystem;

namespace {

    /// "Name" of an ancestor "models--org--Name"; empty: none is in the cache of the hub.
    std::string nameInCache(const fs::path& path)
    {
        for (fs::path at = path; at.has_relative_path(); at = at.parent_path()) {
            const std::string name = at.filename().string();
            if (name.starts_with("models--"))
                return name.substr(name.rfind("--") + 2);
        }
        return {};
    }

    std::string nameInConfig(const Json& config)
    {
        const auto found = config.is_object() ? config.find("_name_or_path") : config.end();
        if (found == config.end() || !found->is_string())
            return {};
        const fs::path path = fs::path(found->get<std::string>()).lexically_normal();
        const std::string name
            = (path.has_filename() ? path : path.parent_path()).filename().string();
        return name == "." || name == ".." || isHash(name) ? std::string() : name;
    }

    /// Requires: absolute and normal.
    std::string instead(const fs::path& path, const Json& config)
    {
        if (const std::string name = nameInCache(path); !name.empty())
            return name;
        if (const std::string name = nameInConfig(config); !name.empty())
            return name;
        const std::string around = path.parent_path().filename().string();
        return around.empty() || isHash(around) ? "model" : around;
    }

} // namespace

bool isHash(std::string_view name)
{
    if (name.starts_with("sha256-"))
        name.remove_prefix(7);
    return (name.size() == 40 || name.size() == 64)
        && std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isxdigit(c); });
}

std::string modelName(const fs::path& folder, const Json& config)
{
    fs::path whole = fs::absolute(folder).lexically_normal();
    if (!whole.has_filename())
        whole = whole.parent_path();
    const std::string name = whole.filename().string();
    const bool isSnapshot = whole.parent_path().filename() == "snapshots"; // named by a commit
    return name.empty() || isHash(name) || isSnapshot ? instead(whole, config) : name;
}

std::string modelNameOfFile(const fs::path& file)
{
    const std::string name = file.stem().string();
    return isHash(name) ? instead(fs::absolute(file).lexically_normal(), {}) : name;
}

} // namespace core
