// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"

#include <set>

namespace core {

/// The tokens that end a text: EOS, those that the metadata name (tokenizer.ggml.eot_token_id and
/// .eom_token_id), and those that are written as model makers write ends of a turn (llama.cpp's
/// list of end-of-generation tokens, src/llama-vocab.cpp). Throws Error if there is no tokenizer.
std::set<int> endTokens(const Checkpoint& checkpoint);

} // namespace core
