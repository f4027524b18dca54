// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/llamanotes.h"

#include "core/base/text.h"
#include "core/tokenizer/jsontokenizer.h"
#include "core/tokenizer/tokenizerjson.h"

#include <nlohmann/json.hpp>

namespace core {

namespace {

    /// Whether each of the 256 bytes can be told by a token of its own.
    bool hasByteTokens(const Json& model)
    {
        return memberOrNull(model, "vocab").contains("<0x00>");
    }

    /// The first added token of which `key` is true, and how many there are.
    std::string tokensWith(const Json& tokenizer, const std::vector<const char*>& keys)
    {
        std::string first;
        int count = 0;
        const Json& added = memberOrNull(tokenizer, "added_tokens");
        for (const Json& token : added.is_array() ? added : Json::array())
            for (const char* key : keys)
                if (flagOr(token, key, false)) {
                    if (count++ == 0)
                        first = shownJson(memberOrNull(token, "content"));
                    break;
                }
        return count > 1 ? text(first, " and ", count - 1, " more") : first;
    }

} // namespace

std::vector<std::string> llamaTokenizerNotes(const Json& tokenizer, const std::string& place)
{
    std::vector<std::string> notes;
    const Json& model = memberOrNull(tokenizer, "model");
    const bool fallsBack = flagOr(model, "byte_fallback", false);
    const JsonModel kind = jsonModel(tokenizer, place);
    if (kind == JsonModel::CharacterBpe && !(fallsBack && hasByteTokens(model)))
        notes.push_back("The vocabulary has no tokens for bytes: llama.cpp ends at a character "
                        "that no token holds, where this tokenizer takes the unknown token");
    if (kind == JsonModel::Unigram && fallsBack)
        notes.push_back("The tokenizer falls back to bytes, which llama.cpp's unigram does not");
    if (const std::string tokens = tokensWith(tokenizer, { "lstrip", "rstrip" }); !tokens.empty())
        notes.push_back(text("Spaces beside ", tokens,
            " belong to the token here (lstrip, rstrip), which llama.cpp knows of few models"));
    if (const std::string tokens = tokensWith(tokenizer, { "single_word" }); !tokens.empty())
        notes.push_back(text(tokens,
            " is a token here only where it is a whole word, in llama.cpp also inside of one"));
    return notes;
}

} // namespace core
