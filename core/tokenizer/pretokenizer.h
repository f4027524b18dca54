// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/expression.h"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace core {

/// Cuts text into the words that byte-pair merging never crosses.
/// Immutable; safe to use from several threads.
class Pretokenizer {
public:
    /// Compiles `patterns` (PretokenizerSet::patterns).
    explicit Pretokenizer(std::span<const char* const> patterns);

    /// The words of `subject` (valid UTF-8), side by side. Throws Error if an expression exhausts
    /// PCRE2's limits.
    std::vector<TextSpan> split(std::string_view subject) const;

private:
    std::vector<Expression> m_expressions;
};

} // namespace core
