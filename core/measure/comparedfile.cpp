// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/comparedfile.h"

#include "core/model/samemodel.h"

#include <algorithm>
#include <utility>

namespace core {

namespace {

    std::uint64_t bytesOf(const std::filesystem::path& path, const Checkpoint& model)
    {
        std::error_code none;
        const bool isFile = std::filesystem::is_regular_file(path, none);
        const std::uint64_t bytes = isFile ? std::filesystem::file_size(path, none) : 0;
        return std::max(none ? 0 : bytes, model.bytes());
    }

} // namespace

ComparedFile comparedFile(const std::filesystem::path& path,
    std::shared_ptr<const Checkpoint> model, const Checkpoint& original)
{
    requireSameModel(*model, original);
    const std::uint64_t bytes = bytesOf(path, *model);
    return { path, std::move(model), bytes };
}

} // namespace core
