// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/spacedwords.h"

namespace core {

SpacedWords::SpacedWords(const Vocabulary& vocabulary)
{
    for (int id = 0; id < vocabulary.size(); ++id) {
        const std::string& token = vocabulary.token(id);
        for (auto at = token.find(spaceMark, 1); at != token.npos;
             at = token.find(spaceMark, at + 1))
            if (!std::string_view(token).substr(0, at).ends_with(spaceMark))
                m_joins.set(static_cast<unsigned char>(token[at - 1]));
    }
}

} // namespace core
