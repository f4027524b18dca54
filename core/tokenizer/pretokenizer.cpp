// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/pretokenizer.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/textfile.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cassert>
#include <cstdint>
#include <new>

namespace core {

namespace {

    // White_Space of the Unicode Character Database, PropList.txt. PCRE2's own \s has U+180E too.
    constexpr std::string_view whiteSpace
        = R"(\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";

    /// `pattern` with \s and \S spelled out; \S stands in no class of ours.
    std::string spellOutSpaces(std::string_view pattern)
    {
        std::string result;
        bool isInClass = false;
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            const char c = pattern[i];
            if (c != '\\') {
                isInClass = c == '[' || (isInClass && c != ']');
                result += c;
                continue;
            }
            const char escaped = pattern[++i];
            if (escaped == 's' && isInClass)
                result += whiteSpace;
            else if (escaped == 's')
                result += text("[", whiteSpace, "]");
            else if (escaped == 'S')
                result += text("[^", whiteSpace, "]");
            else
                (result += c) += escaped;
        }
        return result;
    }

    constexpr std::uint32_t replacement = 0xFFFD;
    constexpr std::uint32_t privateUse
        = 0xE000; // like a surrogate no letter, number, space or mark

    /// Reads a character as llama.cpp does (src/unicode.cpp): overlong forms and surrogates pass,
    /// anything else that is no UTF-8 is one replacement a byte.
    std::uint32_t nextCharacter(std::string_view bytes, std::size_t& at)
    {
        const auto byte = [&](std::size_t i) {
            return i < bytes.size() ? std::uint32_t(static_cast<unsigned char>(bytes[i])) : 0u;
        };
        const std::uint32_t first = byte(at);
        const std::size_t length = first < 0x80 ? 1
            : first < 0xC0                      ? 0
            : first < 0xE0                      ? 2
            : first < 0xF0                      ? 3
            : first < 0xF8                      ? 4
                                                : 0;
        std::uint32_t character = length < 2 ? first : first & (0x7Fu >> length);
        bool isGood = length > 0;
        for (std::size_t i = 1; i < length; ++i) {
            isGood = isGood && (byte(at + i) & 0xC0) == 0x80;
            character = character << 6 | (byte(at + i) & 0x3F);
        }
        isGood = isGood && character <= 0x10FFFF;
        at += isGood ? length : 1;
        return isGood ? character : replacement;
    }

    void append(std::string& utf8, std::uint32_t character)
    {
        const auto tail = [&](int shift) { utf8 += char(0x80 | (character >> shift & 0x3F)); };
        if (character < 0x80) {
            utf8 += char(character);
        } else if (character < 0x800) {
            utf8 += char(0xC0 | character >> 6);
            tail(0);
        } else if (character < 0x10000) {
            utf8 += char(0xE0 | character >> 12);
            tail(6);
            tail(0);
        } else {
            utf8 += char(0xF0 | character >> 18);
            tail(12);
            tail(6);
            tail(0);
        }
    }

    struct FreeCode {
        void operator()(pcre2_code* code) const { pcre2_code_free(code); }
    };
    struct FreeMatch {
        void operator()(pcre2_match_data* match) const { pcre2_match_data_free(match); }
    };
    struct FreeContext {
        void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
    };
    struct FreeStack {
        void operator()(pcre2_jit_stack* stack) const { pcre2_jit_stack_free(stack); }
    };

} // namespace

CleanText::CleanText(std::string_view text)
    : bytes(text)
    , subject(text)
{
    if (!findInvalidUtf8(text))
        return;
    for (std::size_t at = 0; at < text.size();) {
        const std::uint32_t character = nextCharacter(text, at);
        const bool isSurrogate = character >= 0xD800 && character < 0xE000;
        append(bytesCopy, character);
        append(subjectCopy, isSurrogate ? privateUse : character);
    }
    bytes = bytesCopy;
    subject = subjectCopy;
}

/// One compiled expression.
class Pretokenizer::Expression {
public:
    explicit Expression(std::string_view pattern)
    {
        const std::string spelled = spellOutSpaces(pattern);
        int error = 0;
        PCRE2_SIZE where = 0;
        m_code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(spelled.data()), spelled.size(),
            PCRE2_UTF | PCRE2_UCP, &error, &where, nullptr));
        if (!m_code && error == PCRE2_ERROR_HEAP_FAILED)
            throw std::bad_alloc();
        assert(m_code && "a pattern of ours does not compile");
        pcre2_jit_compile(m_code.get(), PCRE2_JIT_COMPLETE); // without JIT it only runs slower
    }

    /// Appends the ends of the matches in `subject` from `begin` to `end` and of what lies between.
    void split(std::string_view subject, std::size_t begin, std::size_t end,
        pcre2_match_data* match, pcre2_match_context* context, std::vector<std::size_t>& ends) const
    {
        const auto* piece = reinterpret_cast<PCRE2_SPTR>(subject.data() + begin);
        const std::size_t length = end - begin;
        std::size_t done = 0;
        while (done < length) {
            int found = pcre2_match(
                m_code.get(), piece, length, done, PCRE2_NO_UTF_CHECK, match, context);
            if (found == PCRE2_ERROR_JIT_STACKLIMIT)
                found = pcre2_match(m_code.get(), piece, length, done,
                    PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, match, context);
            if (found == PCRE2_ERROR_NOMATCH)
                break;
            if (found == PCRE2_ERROR_NOMEMORY)
                throw std::bad_alloc();
            if (found < 0)
                throw Error(text("a text of ", length, " bytes cannot be cut into words at byte ",
                    begin + done, ": PCRE2 error ", found));
            const PCRE2_SIZE* span = pcre2_get_ovector_pointer(match);
            if (span[0] > done)
                ends.push_back(begin + span[0]);
            ends.push_back(begin + span[1]);
            done = span[1]; // none of our expressions matches nothing
        }
        if (done < length)
            ends.push_back(end);
    }

    std::unique_ptr<pcre2_match_data, FreeMatch> makeMatch() const
    {
        std::unique_ptr<pcre2_match_data, FreeMatch> match(
            pcre2_match_data_create_from_pattern(m_code.get(), nullptr));
        if (!match)
            throw std::bad_alloc();
        return match;
    }

private:
    std::unique_ptr<pcre2_code, FreeCode> m_code;
};

Pretokenizer::Pretokenizer(std::span<const char* const> patterns)
{
    for (const char* pattern : patterns)
        m_expressions.push_back(std::make_unique<const Expression>(pattern));
}

Pretokenizer::~Pretokenizer() = default;

std::vector<std::size_t> Pretokenizer::split(std::string_view subject) const
{
    const std::unique_ptr<pcre2_match_context, FreeContext> context(
        pcre2_match_context_create(nullptr));
    const std::unique_ptr<pcre2_jit_stack, FreeStack> stack(
        pcre2_jit_stack_create(32 << 10, 8 << 20, nullptr)); // first and largest size, bytes
    pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
    std::vector<std::size_t> ends;
    if (!subject.empty())
        ends.push_back(subject.size());
    for (const auto& expression : m_expressions) {
        const auto match = expression->makeMatch();
        std::vector<std::size_t> cut;
        cut.reserve(subject.size() / 4); // English has a word every 4 to 5 bytes
        std::size_t begin = 0;
        for (const std::size_t end : ends) {
            expression->split(subject, begin, end, match.get(), context.get(), cut);
            begin = end;
        }
        ends = std::move(cut);
    }
    return ends;
}

} // namespace core
