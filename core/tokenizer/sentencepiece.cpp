// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/sentencepiece.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <queue>

namespace core {

namespace {

    constexpr std::string_view space = "\xE2\x96\x81"; // U+2581, ▁

    std::string replaceAll(std::string_view text, std::string_view what, std::string_view by)
    {
        std::string result;
        std::size_t begin = 0;
        for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, begin)) {
            result.append(text.substr(begin, at - begin)).append(by);
            begin = at + what.size();
        }
        return result.append(text.substr(begin));
    }

    /// Bytes of the character that begins with `first`, as llama.cpp takes them, valid or not.
    std::size_t characterLength(char first)
    {
        const auto byte = static_cast<unsigned char>(first);
        return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    }

    /// The byte of a token "<0x0A>".
    std::optional<char> byteOfToken(const std::string& token)
    {
        const auto digit = [&](std::size_t i) {
            const auto at = std::string_view("0123456789ABCDEF").find(token[i]);
            return at == std::string_view::npos ? 256 : int(at);
        };
        if (token.size() != 6 || token.compare(0, 3, "<0x") != 0 || token[5] != '>')
            return std::nullopt;
        const int byte = digit(3) * 16 + digit(4);
        return byte < 256 ? std::optional(char(byte)) : std::nullopt;
    }

    struct Symbol {
        std::size_t begin, size; ///< in the text; size 0: merged into another
        int previous, next; ///< −1: none
    };
    struct Candidate {
        float score;
        int left, right;
        std::size_t size; ///< of both when the candidate was made

        /// Of a heap whose top is the highest score, then the leftmost.
        bool operator<(const Candidate& other) const
        {
            return score < other.score || (score == other.score && left > other.left);
        }
    };

    std::vector<Symbol> charactersOf(std::string_view text)
    {
        std::vector<Symbol> symbols;
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t size = std::min(characterLength(text[begin]), text.size() - begin);
            const int i = int(symbols.size());
            symbols.push_back({ begin, size, i - 1, i + 1 });
            begin += size;
        }
        symbols.back().next = -1;
        return symbols;
    }

    /// Merges the characters of one text.
    class Merger {
    public:
        Merger(const Vocabulary& vocabulary, std::string_view text)
            : m_vocabulary(vocabulary)
            , m_text(text)
            , m_symbols(charactersOf(text))
        {
            for (int i = 0; i + 1 < int(m_symbols.size()); ++i)
                offer(i, i + 1);
            while (!m_queue.empty()) {
                const Candidate best = m_queue.top();
                m_queue.pop();
                merge(best);
            }
        }

        /// body(piece) for what the text was merged into, in order.
        template<typename Body>
        void forPieces(const Body& body)
        {
            for (int i = 0; i >= 0; i = at(i).next)
                body(m_text.substr(at(i).begin, at(i).size));
        }

    private:
        Symbol& at(int i) { return m_symbols[std::size_t(i)]; }

        void offer(int left, int right)
        {
            if (left < 0 || right < 0)
                return;
            const std::size_t size = at(left).size + at(right).size;
            const int token = m_vocabulary.find(m_text.substr(at(left).begin, size));
            if (token >= 0)
                m_queue.push({ m_vocabulary.score(token), left, right, size });
        }

        void merge(const Candidate& best)
        {
            Symbol& left = at(best.left);
            Symbol& right = at(best.right);
            if (left.size == 0 || right.size == 0 || left.size + right.size != best.size)
                return; // one of them was merged with another meanwhile
            left.size = best.size;
            left.next = right.next;
            right.size = 0;
            if (left.next >= 0)
                at(left.next).previous = best.left;
            offer(left.previous, best.left);
            offer(best.left, left.next);
        }

        const Vocabulary& m_vocabulary;
        std::string_view m_text;
        std::vector<Symbol> m_symbols;
        std::priority_queue<Candidate> m_queue{};
    };

} // namespace

SentencePiece::SentencePiece(const GgufMetadata& metadata, const std::string& place)
    : m_vocabulary(metadata, place)
    , m_addSpace(metadataFlag(metadata, "tokenizer.ggml.add_space_prefix", true))
    , m_addBos(metadataFlag(metadata, "tokenizer.ggml.add_bos_token", true))
    , m_bos(m_vocabulary.specialToken(metadata, "bos_token_id", 1)) // llama.cpp's defaults: 1, 2, 0
    , m_eos(m_vocabulary.specialToken(metadata, "eos_token_id", 2))
{
    if (m_addBos && m_bos < 0)
        throw Error(text(place,
            ": a text starts with BOS, but tokenizer.ggml.bos_token_id is none "
            "of the ",
            size(), " tokens"));
    const int unknown = m_vocabulary.specialToken(metadata, "unknown_token_id", 0);
    constexpr const char* digits = "0123456789ABCDEF";
    for (std::size_t byte = 0; byte < 256; ++byte) {
        const std::string name = { '<', '0', 'x', digits[byte >> 4], digits[byte & 15], '>' };
        int& token = m_byteTokens[byte];
        token = m_vocabulary.find(name);
        if (token < 0)
            token = m_vocabulary.find(std::string(1, char(byte)));
        if (token < 0)
            token = unknown;
    }
}

std::vector<int> SentencePiece::encode(std::string_view text) const
{
    std::vector<int> tokens;
    bool isAfterSpecial = true;
    for (const Fragment& fragment : m_vocabulary.cutUserDefined(text)) {
        if (fragment.token >= 0) {
            tokens.push_back(fragment.token);
        } else {
            const std::string_view prefix = m_addSpace && isAfterSpecial ? " " : "";
            encodeFragment(
                replaceAll(std::string(prefix).append(fragment.text), " ", space), tokens);
        }
        isAfterSpecial = fragment.token >= 0;
    }
    return tokens;
}

void SentencePiece::encodeFragment(std::string_view text, std::vector<int>& tokens) const
{
    Merger(m_vocabulary, text).forPieces([&](std::string_view piece) {
        if (const int token = m_vocabulary.find(piece); token >= 0) {
            tokens.push_back(token);
            return;
        }
        for (const char c : piece)
            if (const int token = m_byteTokens[static_cast<unsigned char>(c)]; token >= 0)
                tokens.push_back(token);
    });
}

std::string SentencePiece::piece(int token) const
{
    assert(token >= 0 && token < size());
    const std::string& text = m_vocabulary.token(token);
    const TokenType type = m_vocabulary.type(token);
    if (type == TokenType::Byte)
        if (const auto byte = byteOfToken(text))
            return std::string(1, *byte);
    return type == TokenType::Normal ? replaceAll(text, space, " ") : text;
}

} // namespace core
