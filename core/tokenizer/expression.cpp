// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/expression.h"

#include "core/base/error.h"
#include "core/base/text.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <cctype>
#include <new>

namespace core {

namespace {

    // White_Space of the Unicode Character Database, PropList.txt. PCRE2's own \s has U+180E too.
    constexpr std::string_view whiteSpace
        = R"(\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";
    // Unicode Technical Standard 18, annex C; PCRE2's own \w has no marks.
    constexpr std::string_view wordCharacters
        = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\x{200c}\x{200d})";

    /// What \c of an expression is here; empty: what it is in PCRE2.
    std::string spelledEscape(char c, bool isInClass)
    {
        const auto in = [&](std::string_view set) {
            return isInClass ? std::string(set) : text("[", set, "]");
        };
        switch (c) {
        case 's':
            return in(whiteSpace);
        case 'w':
            return in(wordCharacters);
        case 'd':
            return R"(\p{Nd})";
        case 'S':
            return isInClass ? "" : text("[^", whiteSpace, "]");
        case 'W':
            return isInClass ? "" : text("[^", wordCharacters, "]");
        }
        return "";
    }

    bool isCodePoint(std::string_view digits)
    {
        return digits.size() == 4 && std::all_of(digits.begin(), digits.end(), [](unsigned char c) {
            return std::isxdigit(c) != 0;
        });
    }

    /// `pattern`, in the spelling of Oniguruma or Rust, in PCRE2's: with the sets above, and with
    /// the members of a class within a class in the outer one.
    std::string spelled(std::string_view pattern)
    {
        std::string result;
        int depth = 0; // of classes
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            const char c = pattern[i];
            if (c != '\\' || i + 1 == pattern.size()) {
                const std::string_view rest = pattern.substr(i);
                const bool opens = c == '['
                    && (depth == 0 || !(rest.starts_with("[:") || rest.starts_with("[^")));
                const bool closes = c == ']' && depth > 0;
                if (!(opens && depth > 0) && !(closes && depth > 1))
                    result += c;
                depth += opens ? 1 : closes ? -1 : 0;
                continue;
            }
            const char escaped = pattern[++i];
            const std::string other = spelledEscape(escaped, depth > 0);
            if (escaped == 'u' && isCodePoint(pattern.substr(i + 1, 4))) {
                result += text("\\x{", pattern.substr(i + 1, 4), "}");
                i += 4;
            } else if (other.empty()) {
                (result += c) += escaped;
            } else {
                result += other;
            }
        }
        return result;
    }

    PCRE2_SPTR bytesOf(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

    std::string messageOf(int error)
    {
        PCRE2_UCHAR buffer[256] = {};
        pcre2_get_error_message(error, buffer, sizeof buffer);
        return reinterpret_cast<const char*>(buffer);
    }

    template<auto function>
    struct Free {
        template<typename T>
        void operator()(T* pointer) const
        {
            function(pointer);
        }
    };
    using CodePointer = std::unique_ptr<pcre2_code, Free<pcre2_code_free>>;

    template<typename Pointer>
    Pointer require(typename Pointer::pointer made)
    {
        if (!made)
            throw std::bad_alloc();
        return Pointer(made);
    }

} // namespace

struct Expression::Code {
    CodePointer pointer;
};

struct Expression::Memory::Parts {
    std::unique_ptr<pcre2_match_context, Free<pcre2_match_context_free>> context;
    std::unique_ptr<pcre2_jit_stack, Free<pcre2_jit_stack_free>> stack;
    std::unique_ptr<pcre2_match_data, Free<pcre2_match_data_free>> match;
};

Expression::Memory::Memory()
    : m_parts(std::make_unique<Parts>())
{
    using Context = decltype(m_parts->context);
    using Match = decltype(m_parts->match);
    m_parts->context = require<Context>(pcre2_match_context_create(nullptr));
    m_parts->match = require<Match>(pcre2_match_data_create(1, nullptr)); // the match, no groups
    m_parts->stack.reset(
        pcre2_jit_stack_create(32 << 10, 8 << 20, nullptr)); // first and largest size, bytes
    pcre2_jit_stack_assign(m_parts->context.get(), nullptr, m_parts->stack.get());
}

Expression::Memory::~Memory() = default;

Expression::Expression(std::string_view pattern)
{
    const std::string own = spelled(pattern);
    int error = 0;
    PCRE2_SIZE where = 0;
    CodePointer code(
        pcre2_compile(bytesOf(own), own.size(), PCRE2_UTF | PCRE2_UCP, &error, &where, nullptr));
    if (!code && error == PCRE2_ERROR_HEAP_FAILED)
        throw std::bad_alloc();
    if (!code)
        throw Error(text("the expression \"", pattern, "\" cannot be used: ", messageOf(error)));
    pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE); // without JIT it only runs slower
    m_code = std::make_unique<const Code>(std::move(code));
}

Expression::~Expression() = default;
Expression::Expression(Expression&&) noexcept = default;

Expression Expression::literal(std::string_view text)
{
    std::string pattern;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x80 && !std::isalnum(static_cast<unsigned char>(c)))
            pattern += '\\';
        pattern += c;
    }
    return Expression(pattern);
}

void Expression::split(Memory& memory, std::string_view subject, std::size_t begin, std::size_t end,
    std::vector<TextSpan>& spans) const
{
    const std::string_view piece = subject.substr(begin, end - begin);
    pcre2_match_data* match = memory.m_parts->match.get();
    std::size_t done = 0; // all before is in `spans`
    std::size_t from = 0; // where the next match is looked for
    const auto run = [&](std::uint32_t options) {
        return pcre2_match(m_code->pointer.get(), bytesOf(piece), piece.size(), from, options,
            match, memory.m_parts->context.get());
    };
    while (from < piece.size()) {
        int found = run(PCRE2_NO_UTF_CHECK);
        if (found == PCRE2_ERROR_JIT_STACKLIMIT)
            found = run(PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT);
        if (found == PCRE2_ERROR_NOMATCH)
            break;
        if (found == PCRE2_ERROR_NOMEMORY)
            throw std::bad_alloc();
        if (found < 0)
            throw Error(text("a text of ", piece.size(), " bytes cannot be cut into words at byte ",
                begin + from, ": PCRE2 error ", found));
        const PCRE2_SIZE* span = pcre2_get_ovector_pointer(match);
        const std::size_t first = std::max(span[0], done); // \K and lookbehinds may start earlier
        if (first > done)
            spans.push_back({ begin + done, begin + first, false });
        if (span[1] > first)
            spans.push_back({ begin + first, begin + span[1], true });
        done = std::max(first, span[1]);
        from = done;
        if (span[1] <= span[0]) // nothing: go on behind the next character
            for (++from; from < piece.size() && (piece[from] & 0xC0) == 0x80;)
                ++from;
    }
    if (done < piece.size())
        spans.push_back({ begin + done, end, false });
}

std::string Expression::replaced(std::string_view subject, std::string_view by) const
{
    std::string result(subject.size() * 2 + 64, '\0');
    std::uint32_t options
        = PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_EXTENDED | PCRE2_SUBSTITUTE_OVERFLOW_LENGTH;
    for (;;) {
        PCRE2_SIZE length = result.size();
        const int done = pcre2_substitute(m_code->pointer.get(), bytesOf(subject), subject.size(),
            0, options, nullptr, nullptr, bytesOf(by), by.size(),
            reinterpret_cast<PCRE2_UCHAR*>(result.data()), &length);
        if (done >= 0) {
            result.resize(length);
            return result;
        }
        if (done == PCRE2_ERROR_JIT_STACKLIMIT && !(options & PCRE2_NO_JIT)) {
            options |= PCRE2_NO_JIT;
            continue;
        }
        if (done != PCRE2_ERROR_NOMEMORY || length <= result.size())
            throw Error(text(
                "a text of ", subject.size(), " bytes cannot be normalized: ", messageOf(done)));
        result.resize(length);
    }
}

} // namespace core
