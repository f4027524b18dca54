// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"

#include <span>
#include <string>
#include <string_view>

namespace core {

/// How a name of `tokenizer.ggml.pre` cuts text into words, as llama.cpp does it for that name.
struct PretokenizerSet {
    /// Regular expressions, applied one after the other: each cuts the pieces of the one before
    /// into its matches and what lies between them.
    std::span<const char* const> patterns;
    bool ignoreMerges = false; ///< a word that is a token becomes it without merging
    bool addBos = false; ///< a text starts with BOS unless the file says otherwise
};

/// The set of that name, or null if Quantscope does not know it.
const PretokenizerSet* findPretokenizerSet(std::string_view name);

/// The name of the set that does what `pre_tokenizer` and `normalizer` of a tokenizer.json do,
/// found by their content. Throws Error that shows them if there is none.
std::string pretokenizerName(const Json& tokenizer, const std::string& place);

} // namespace core
