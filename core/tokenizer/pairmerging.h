// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

namespace core {

/// A stretch of a word while pairs of neighbours are merged.
struct Symbol {
    std::size_t begin, size; ///< in the word; size 0: merged into another
    int token; ///< −1: it is none
    int previous, next; ///< −1: none
};

/// What two neighbours become, and when.
struct Join {
    double priority; ///< the lowest first
    int token;
};

/// Bytes of the UTF-8 character that begins with `first`, as llama.cpp takes them, valid or not.
inline std::size_t characterLength(char first)
{
    const auto byte = static_cast<unsigned char>(first);
    return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

/// Puts symbols that lie one after the other in a row.
inline void linkSymbols(std::vector<Symbol>& symbols)
{
    for (int i = 0; i < int(symbols.size()); ++i) {
        symbols[std::size_t(i)].previous = i - 1;
        symbols[std::size_t(i)].next = i + 1 < int(symbols.size()) ? i + 1 : -1;
    }
}

/// Merges pairs of neighbours until none can be: the lowest priority first, of equal ones the
/// leftmost. `find(left, right)` gives std::optional<Join>: empty, the pair stays. Takes
/// O(n log n) for n symbols. The result is read along `next` from the first symbol.
template<typename Find>
void mergePairs(std::vector<Symbol>& symbols, const Find& find)
{
    struct Candidate {
        double priority;
        int left, right;
        int token;
        std::size_t size; ///< of both when the candidate was made

        /// Of a heap whose top is the lowest priority, then the leftmost.
        bool operator<(const Candidate& other) const
        {
            return priority != other.priority ? priority > other.priority : left > other.left;
        }
    };
    std::vector<Candidate> heap;
    const auto offer = [&](int left, int right) {
        if (left < 0 || right < 0)
            return;
        const Symbol& a = symbols[std::size_t(left)];
        const Symbol& b = symbols[std::size_t(right)];
        if (const std::optional<Join> join = find(a, b)) {
            heap.push_back({ join->priority, left, right, join->token, a.size + b.size });
            std::push_heap(heap.begin(), heap.end());
        }
    };
    for (int i = 0; i + 1 < int(symbols.size()); ++i)
        offer(i, i + 1);
    while (!heap.empty()) {
        std::pop_heap(heap.begin(), heap.end());
        const Candidate best = heap.back();
        heap.pop_back();
        Symbol& left = symbols[std::size_t(best.left)];
        Symbol& right = symbols[std::size_t(best.right)];
        if (left.size == 0 || right.size == 0 || left.size + right.size != best.size)
            continue; // one of them was merged with another meanwhile
        left.size = best.size;
        left.token = best.token;
        left.next = right.next;
        right.size = 0;
        if (left.next >= 0)
            symbols[std::size_t(left.next)].previous = best.left;
        offer(left.previous, best.left);
        offer(best.left, left.next);
    }
}

} // namespace core
