// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/tokenizerjson.h"
#include "core/tokenizer/tokenlist.h"

#include <string>
#include <vector>

namespace core {

/// The text of «name»_token ("bos", "eos", …) in tokenizer_config.json, else
/// special_tokens_map.json:
/// "<s>" or {"content": "<s>", …}; empty: none is named.
std::string namedToken(const TokenizerFiles& files, const char* name);

/// Adds the added_tokens of a tokenizer.json. Throws Error naming `place`.
void readAddedTokens(TokenList& list, const Json& tokenizer, const std::string& place);

/// Adds to `list`, which has those of tokenizer.json, the tokens of tokenizer_config.json's
/// added_tokens_decoder and of added_tokens.json, as transformers does on loading, and makes
/// control tokens of those that are named as special. Gives back what could not be done, in
/// sentences.
std::vector<std::string> mergeAddedTokens(TokenList& list, const TokenizerFiles& files);

} // namespace core
