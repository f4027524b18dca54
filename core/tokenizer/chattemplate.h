// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/gguf.h"
#include "core/files/json.h"

#include <filesystem>
#include <string>
#include <vector>

namespace core {

/// Adds tokenizer.chat_template (and, of several named ones, tokenizer.chat_template.«name» and
/// tokenizer.chat_templates) from tokenizer_config.json, else chat_template.jinja and
/// additional_chat_templates/*.jinja, else chat_template.json in `folder`, in llama.cpp's order;
/// nothing if there is none. A file that is no UTF-8 or damaged is left out: gives back why, in
/// sentences.
std::vector<std::string> addChatTemplate(
    GgufMetadata& metadata, const std::filesystem::path& folder, const Json& tokenizerConfig);

} // namespace core
