// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/comparedfile.h"

#include "core/model/samemodel.h"

#include <set>
#include <system_error>
#include <utility>

namespace core {

std::uint64_t filesBytes(const Checkpoint& model)
{
    std::set<std::filesystem::path> files;
    for (const Tensor& tensor : model.tensors())
        files.insert(tensor.file);
    std::uint64_t bytes = 0;
    for (const std::filesystem::path& file : files) {
        std::error_code none;
        const std::uintmax_t size = std::filesystem::file_size(file, none);
        if (none)
            return model.bytes();
        bytes += size;
    }
    return bytes;
}

ComparedFile comparedFile(const std::filesystem::path& path,
    std::shared_ptr<const Checkpoint> model, const Checkpoint& original)
{
    requireSameModel(*model, original);
    const std::uint64_t bytes = filesBytes(*model);
    return { path, std::move(model), bytes };
}

} // namespace core
