// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"
#include "core/tokenizer/expression.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace core {

/// The `pre_tokenizer` of a tokenizer.json: how a normalized text is cut into words. Immutable.
class JsonPretokenizer {
public:
    /// A text and its words, which may leave parts of it out.
    struct Cut {
        std::string text;
        std::vector<TextSpan> words;
        bool isBeginning = true; ///< nothing stands before the text
    };

    /// Null: a text is one word. Throws Error naming `place` for steps that are unknown or damaged.
    JsonPretokenizer(const Json& pretokenizer, const std::string& place);

    /// `text` is valid UTF-8. Throws Error if an expression exhausts PCRE2's limits.
    Cut operator()(std::string text, bool isBeginning) const;

    /// Whether words are bytes (the last step is ByteLevel) and not characters.
    bool givesBytes() const { return m_givesBytes; }
    /// Whether some step is ByteLevel: words that are no bytes are GPT-2's characters for them.
    bool isByteLevel() const { return m_isByteLevel; }

private:
    using Step = std::function<void(Cut&, Expression::Memory&)>;

    void add(const Json& step, const std::string& place);
    void addByteLevel(const Json& step);

    std::vector<Step> m_steps;
    bool m_givesBytes = false;
    bool m_isByteLevel = false;
};

/// The expression of a step's pattern, {"Regex": …} or {"String": …}. Throws Error naming `place`.
Expression splitExpression(const Json& step, const std::string& place);

} // namespace core
