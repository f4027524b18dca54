// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/bytebpe.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/tokenizer/bytelevel.h"

#include <algorithm>
#include <cassert>

namespace core {

namespace {

    const PretokenizerSet& requirePretokenizer(
        const GgufMetadata& metadata, const std::string& place)
    {
        std::string name = metadataString(metadata, "tokenizer.ggml.pre");
        if (name.empty())
            name = "default"; // llama.cpp's own fallback for old files
        const PretokenizerSet* set = findPretokenizerSet(name);
        if (!set)
            throw Error(text(place, ": tokenizer.ggml.pre is \"", name,
                "\", a pre-tokenizer unknown to Quantscope, expected one such as gpt-2, smollm, "
                "llama-bpe or qwen2"));
        return *set;
    }

    std::uint64_t pairKey(int left, int right)
    {
        return std::uint64_t(std::uint32_t(left)) << 32 | std::uint32_t(right);
    }

} // namespace

/// Merges one word at a time; keeps its memory from word to word.
class ByteBpe::Merger {
public:
    explicit Merger(const ByteBpe& bpe)
        : m_bpe(bpe)
    {
    }

    void encodeWord(std::string_view word, std::vector<int>& tokens)
    {
        m_symbols.clear();
        for (const char c : word) {
            const int i = int(m_symbols.size());
            m_symbols.push_back(
                { m_bpe.m_byteTokens[static_cast<unsigned char>(c)], i - 1, i + 1 });
        }
        m_symbols.back().next = -1;
        for (int i = 0; i + 1 < int(m_symbols.size()); ++i)
            offer(i, i + 1);
        while (!m_queue.empty()) {
            std::pop_heap(m_queue.begin(), m_queue.end());
            const Candidate best = m_queue.back();
            m_queue.pop_back();
            merge(best);
        }
        for (int i = 0; i >= 0; i = at(i).next)
            if (at(i).token >= 0)
                tokens.push_back(at(i).token);
    }

private:
    struct Symbol {
        int token;
        int previous, next; ///< −1: none
    };
    struct Candidate {
        int rank;
        int left, right; ///< symbols
        int leftToken, rightToken; ///< theirs when the candidate was made
        int token; ///< what they become

        /// Of a heap whose top is the lowest rank, then the leftmost.
        bool operator<(const Candidate& other) const
        {
            return rank != other.rank ? rank > other.rank : left > other.left;
        }
    };

    Symbol& at(int i) { return m_symbols[std::size_t(i)]; }

    void offer(int left, int right)
    {
        if (left < 0 || right < 0)
            return;
        const int leftToken = at(left).token;
        const int rightToken = at(right).token;
        if (const Merge* merge = m_bpe.findMerge(leftToken, rightToken)) {
            m_queue.push_back({ merge->rank, left, right, leftToken, rightToken, merge->token });
            std::push_heap(m_queue.begin(), m_queue.end());
        }
    }

    void merge(const Candidate& best)
    {
        Symbol& left = at(best.left);
        Symbol& right = at(best.right);
        if (left.token != best.leftToken || right.token != best.rightToken
            || left.next != best.right)
            return; // one of them was merged with another meanwhile
        left.token = best.token;
        left.next = right.next;
        right.token = gone;
        if (left.next >= 0)
            at(left.next).previous = best.left;
        offer(left.previous, best.left);
        offer(best.left, left.next);
    }

    static constexpr int gone = -2;

    const ByteBpe& m_bpe;
    std::vector<Symbol> m_symbols;
    std::vector<Candidate> m_queue; // a heap
};

ByteBpe::ByteBpe(const GgufMetadata& metadata, const std::string& place)
    : m_vocabulary(metadata, place)
    , m_set(requirePretokenizer(metadata, place))
    , m_pretokenizer(m_set.patterns)
    , m_addBos(metadataFlag(metadata, "tokenizer.ggml.add_bos_token", m_set.addBos))
{
    // 11 is what llama.cpp takes for both where the file is silent: only of use to BOS that is
    // added.
    m_bos = m_vocabulary.specialToken(metadata, "bos_token_id", m_addBos ? 11 : -1);
    m_eos = m_vocabulary.specialToken(metadata, "eos_token_id", -1);
    if (m_addBos && m_bos < 0)
        throw Error(text(place,
            ": tokenizer.ggml.add_bos_token is true, but "
            "tokenizer.ggml.bos_token_id is none of the ",
            size(), " tokens"));
    for (std::size_t byte = 0; byte < 256; ++byte)
        m_byteTokens[byte] = m_vocabulary.find(byteCharacters()[byte]);
    readMerges(metadata, place);
}

void ByteBpe::readMerges(const GgufMetadata& metadata, const std::string& place)
{
    const auto* merges = metadataArray<std::vector<std::string>>(
        metadata, "tokenizer.ggml.merges", "an array of strings", place);
    if (!merges)
        throw Error(
            text(place, ": tokenizer.ggml.merges is missing, expected an array of strings"));
    m_merges.reserve(merges->size());
    for (std::size_t rank = 0; rank < merges->size(); ++rank) {
        const std::string& merge = (*merges)[rank];
        const auto space = merge.find(' ', 1);
        if (space == std::string::npos)
            throw Error(text(place, ": merge ", rank, " is \"", merge,
                "\", expected two tokens with a space between them"));
        const std::string left = merge.substr(0, space);
        const std::string right = merge.substr(space + 1);
        const auto require = [&](const std::string& token) {
            const int id = m_vocabulary.find(token);
            if (id < 0)
                throw Error(text(place, ": merge ", rank, " (\"", merge, "\") names \"", token,
                    "\", which is no token of the vocabulary"));
            return id;
        };
        const int leftToken = require(left);
        const int rightToken = require(right);
        const std::uint64_t key = pairKey(leftToken, rightToken);
        m_merges.try_emplace(key, Merge{ int(rank), require(left + right) });
    }
}

const ByteBpe::Merge* ByteBpe::findMerge(int left, int right) const
{
    const auto found = m_merges.find(pairKey(left, right));
    return found == m_merges.end() ? nullptr : &found->second;
}

int ByteBpe::findWholeWord(std::string_view word) const
{
    if (!m_set.ignoreMerges)
        return -1;
    std::string characters;
    for (const char c : word)
        characters += byteCharacters()[static_cast<unsigned char>(c)];
    return m_vocabulary.find(characters);
}

std::vector<int> ByteBpe::encode(std::string_view text) const
{
    struct Place {
        std::size_t begin, count; // in `tokens`
    };
    std::vector<int> tokens;
    Merger merger(*this);
    for (const Fragment& fragment : m_vocabulary.cutUserDefined(text)) {
        if (fragment.token >= 0) {
            tokens.push_back(fragment.token);
            continue;
        }
        const CleanText clean(fragment.text);
        std::unordered_map<std::string_view, Place>
            seen; // words met before, where their tokens are
        std::size_t begin = 0;
        for (const std::size_t end : m_pretokenizer.split(clean.subject)) {
            const std::string_view word = clean.bytes.substr(begin, end - begin);
            begin = end;
            const auto [known, isNew] = seen.try_emplace(word, Place{ tokens.size(), 0 });
            if (!isNew) {
                for (std::size_t i = 0; i < known->second.count; ++i)
                    tokens.push_back(tokens[known->second.begin + i]);
                continue;
            }
            if (const int whole = findWholeWord(word); whole >= 0)
                tokens.push_back(whole);
            else
                merger.encodeWord(word, tokens);
            known->second.count = tokens.size() - known->second.begin;
        }
    }
    return tokens;
}

std::string ByteBpe::piece(int token) const
{
    assert(token >= 0 && token < size());
    const std::string& text = m_vocabulary.token(token);
    return m_vocabulary.type(token) == TokenType::Normal ? bytesOfToken(text) : text;
}

} // namespace core
