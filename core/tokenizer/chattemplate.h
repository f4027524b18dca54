// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/gguf.h"
#include "core/files/json.h"

#include <filesystem>

namespace core {

/// Adds tokenizer.chat_template (and, of several named ones, tokenizer.chat_template.«name» and
/// tokenizer.chat_templates) from tokenizer_config.json, else chat_template.jinja, else
/// chat_template.json in `folder`, in llama.cpp's order; nothing if there is none.
/// Throws Error if one of the files is damaged.
void addChatTemplate(
    GgufMetadata& metadata, const std::filesystem::path& folder, const Json& tokenizerConfig);

} // namespace core
