// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace core {

/// Texts with a value each, found at the beginning of another text in the time of its length.
/// Immutable; safe to use from several threads.
class TokenTrie {
public:
    TokenTrie() = default;
    /// Requires: no text twice, none empty, no negative value. The texts are not kept.
    explicit TokenTrie(std::vector<std::pair<std::string_view, int>> tokens);

    bool empty() const { return m_nodes.size() < 2; }

    /// body(length, value) for every text that `text` begins with, the shortest first.
    template<typename Body>
    void forPrefixes(std::string_view text, const Body& body) const
    {
        std::size_t node = 0;
        for (std::size_t length = 1; length <= text.size() && !m_nodes.empty(); ++length) {
            node = child(node, static_cast<unsigned char>(text[length - 1]));
            if (node == 0)
                return;
            if (m_nodes[node].value >= 0)
                body(length, m_nodes[node].value);
        }
    }

private:
    struct Node {
        std::uint32_t firstChild = 0; ///< children lie side by side, in the order of their bytes
        std::uint16_t children = 0;
        std::uint8_t byte = 0; ///< that leads here
        std::int32_t value = -1; ///< −1: no text ends here
    };

    std::size_t child(std::size_t node, std::uint8_t byte) const; ///< 0: there is none

    std::vector<Node> m_nodes; // the first is the root
};

} // namespace core
