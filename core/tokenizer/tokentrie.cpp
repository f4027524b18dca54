// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/tokentrie.h"

#include <algorithm>

namespace core {

TokenTrie::TokenTrie(std::vector<std::pair<std::string_view, int>> tokens)
{
    std::sort(tokens.begin(), tokens.end());
    struct Range {
        std::size_t begin, end; ///< of the tokens that pass through the node of the same index
        std::size_t depth;
    };
    std::vector<Range> ranges{ { 0, tokens.size(), 0 } };
    m_nodes.emplace_back();
    for (std::size_t node = 0; node < m_nodes.size(); ++node) {
        auto [at, end, depth] = ranges[node];
        if (at < end && tokens[at].first.size() == depth)
            m_nodes[node].value = tokens[at++].second;
        m_nodes[node].firstChild = std::uint32_t(m_nodes.size());
        while (at < end) {
            const char byte = tokens[at].first[depth];
            std::size_t next = at;
            while (next < end && tokens[next].first[depth] == byte)
                ++next;
            ranges.push_back({ at, next, depth + 1 });
            m_nodes.push_back({ 0, 0, std::uint8_t(byte), -1 });
            ++m_nodes[node].children;
            at = next;
        }
    }
}

std::size_t TokenTrie::child(std::size_t node, std::uint8_t byte) const
{
    const Node& parent = m_nodes[node];
    const auto begin = m_nodes.begin() + parent.firstChild;
    const auto end = begin + parent.children;
    // Sorted as std::string_view compares: by unsigned bytes.
    const auto found = std::lower_bound(begin, end, byte,
        [](const Node& child, std::uint8_t wanted) { return child.byte < wanted; });
    return found != end && found->byte == byte ? std::size_t(found - m_nodes.begin()) : 0;
}

} // namespace core
