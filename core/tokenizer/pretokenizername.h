// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"

#include <string>

namespace core {

/// The name of a set that does what a tokenizer.json does.
struct PretokenizerName {
    std::string name;
    std::string note; ///< a sentence for people, where llama.cpp will or may give other ids
};

/// Found by the content of `pre_tokenizer`, `normalizer` and `ignore_merges`: by their expressions,
/// else by how they cut a text in which much is odd; "default" if no set cuts alike. Throws Error
/// naming `place` for steps that are unknown.
PretokenizerName pretokenizerName(const Json& tokenizer, const std::string& place);

} // namespace core
