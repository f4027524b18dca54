// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"

#include <string>
#include <vector>

namespace core {

/// What llama.cpp does otherwise with a folder's tokenizer.json, whichever pre-tokenizer is named
/// in the export, in sentences: characters that no token holds, bytes of a unigram vocabulary,
/// spaces and words around added tokens (llama_vocab::impl::byte_to_token, llm_tokenizer_ugm and
/// tokenizer_st_partition in llama.cpp's src/llama-vocab.cpp, 2026). Empty: nothing that is known.
std::vector<std::string> llamaTokenizerNotes(const Json& tokenizer, const std::string& place);

} // namespace core
