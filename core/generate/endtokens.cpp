// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/endtokens.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <variant>

namespace core {

namespace {

    constexpr std::array<std::string_view, 14> endNames{ "<|eot_id|>", "<|im_end|>", "<|end|>",
        "<|return|>", "<|call|>", "<|calls|>", "<|flush|>", "<end_of_turn>", "<turn|>",
        "<|endoftext|>", "<|end_of_text|>", "<|eom_id|>", "<end_of_utterance>", "<EOT>" };

    void addNamed(std::set<int>& tokens, const GgufMetadata& metadata, std::string_view key)
    {
        const GgufValue* value = metadata.find(key);
        if (const auto* id = value ? std::get_if<std::uint32_t>(value) : nullptr)
            tokens.insert(int(*id));
    }

} // namespace

std::set<int> endTokens(const Checkpoint& checkpoint)
{
    const Tokenizer& tokenizer = checkpoint.tokenizer();
    std::set<int> tokens;
    if (tokenizer.eos() >= 0)
        tokens.insert(tokenizer.eos());
    addNamed(tokens, checkpoint.metadata(), "tokenizer.ggml.eot_token_id");
    addNamed(tokens, checkpoint.metadata(), "tokenizer.ggml.eom_token_id");
    for (int token = 0; token < tokenizer.size(); ++token)
        if (std::ranges::find(endNames, tokenizer.piece(token)) != endNames.end())
            tokens.insert(token);
    return tokens;
}

} // namespace core
