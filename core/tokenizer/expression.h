// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace core {

/// A stretch of a text, and whether it is a match.
struct TextSpan {
    std::size_t begin, end;
    bool isMatch = false;
};

/// A regular expression over Unicode, compiled by PCRE2, as tokenizers write them: \s is
/// White_Space, \w letters, marks, digits and connectors, \d decimal digits. Immutable; safe to
/// use from several threads.
class Expression {
public:
    /// Throws Error that shows the expression and what PCRE2 says of it.
    explicit Expression(std::string_view pattern);
    ~Expression();
    Expression(Expression&&) noexcept;

    /// An expression that matches `text` as it is.
    static Expression literal(std::string_view text);

    /// What matching needs besides: one a thread.
    class Memory;

    /// Appends the matches in `subject` (valid UTF-8) from `begin` to `end`, and the stretches
    /// between them, to `spans`; a match of nothing only cuts. Nothing outside is looked at. Throws
    /// Error if PCRE2's limits are exhausted.
    void split(Memory& memory, std::string_view subject, std::size_t begin, std::size_t end,
        std::vector<TextSpan>& spans) const;

    /// `subject` with `by` for each match; `by` may use \L and $0 (PCRE2's extended substitution).
    std::string replaced(std::string_view subject, std::string_view by) const;

private:
    struct Code;

    std::unique_ptr<const Code> m_code;
};

/// Memory for the matching of any expression. One thread at a time.
class Expression::Memory {
public:
    Memory();
    ~Memory();
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

private:
    friend class Expression;
    struct Parts;

    std::unique_ptr<Parts> m_parts;
};

} // namespace core
