// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/spaces.h"
#include "core/tokenizer/vocabulary.h"

#include <bitset>
#include <string_view>

namespace core {

/// Where a text with ▁ for spaces may be cut so that no token of a vocabulary lies across a cut:
/// merging word by word then gives the same ids as merging the whole. Immutable.
class SpacedWords {
public:
    explicit SpacedWords(const Vocabulary& vocabulary);

    /// body(word) for the parts of `text`, valid UTF-8: each begins with a ▁, or several in a row,
    /// but for the first.
    template<typename Body>
    void forWords(std::string_view text, const Body& body) const
    {
        std::size_t begin = 0;
        for (auto at = text.find(spaceMark); at != text.npos;
             at = text.find(spaceMark, at + spaceMark.size()))
            if (at > begin && isEnd(text.substr(begin, at - begin))) {
                body(text.substr(begin, at - begin));
                begin = at;
            }
        if (begin < text.size())
            body(text.substr(begin));
    }

private:
    bool isEnd(std::string_view word) const
    {
        return !m_joins[static_cast<unsigned char>(word.back())] && !word.ends_with(spaceMark);
    }

    std::bitset<256> m_joins; ///< bytes behind which a token goes on with ▁
};

} // namespace core
