// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/bpemodel.h"

#include <span>
#include <string_view>
#include <vector>

namespace core {

/// How a name of `tokenizer.ggml.pre` cuts text into words, as llama.cpp does it for that name.
struct PretokenizerSet {
    using Words = BpeRules::WholeWords;

    /// Regular expressions, applied one after the other: each cuts the pieces of the one before
    /// into its matches and what lies between them.
    std::span<const char* const> patterns;
    Words wholeWords = Words::None;
    bool addsBos = false; ///< a text starts with BOS unless the file says otherwise
    /// ▁ for spaces, and words are characters, not bytes (Gemma 4's kind).
    bool marksSpaces = false;
};

/// The set of that name, or null if Quantscope does not know it.
const PretokenizerSet* findPretokenizerSet(std::string_view name);

/// All names, in the order in which they are tried.
std::vector<std::string_view> pretokenizerNames();

} // namespace core
