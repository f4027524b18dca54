// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace core {

/// The name for people of a model in `folder`: the folder's, but where that is a commit's hash the
/// model's in the hub's cache (models--org--Name), else the end of config's _name_or_path, else the
/// name of the folder around it.
std::string modelName(const std::filesystem::path& folder, const Json& config);

/// The same of a GGUF file that says nothing: its name without extension, else as above.
std::string modelNameOfFile(const std::filesystem::path& file);

/// Whether a name is a hash: 40 or 64 hexadecimal digits, also behind "sha256-".
bool isHash(std::string_view name);

} // namespace core
