// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/continuation.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <chrono>

namespace core {

namespace {

    using Clock = std::chrono::steady_clock;

    double secondsSince(Clock::time_point start)
    {
        return std::chrono::duration<double>(Clock::now() - start).count();
    }

} // namespace

std::vector<int> promptTokens(const Checkpoint& checkpoint, std::string_view prompt)
{
    const Tokenizer& tokenizer = checkpoint.tokenizer();
    std::vector<int> tokens = tokenizer.encode(prompt);
    if (tokenizer.addBos() && tokenizer.bos() >= 0)
        tokens.insert(tokens.begin(), tokenizer.bos());
    if (tokens.empty())
        throw Error("the prompt gives no token, expected a text that is not empty");
    return tokens;
}

void requireRoom(const Checkpoint& checkpoint, const std::vector<int>& prompt)
{
    const int context = checkpoint.config().context;
    if (context > 0 && prompt.size() >= std::size_t(context))
        throw Error(text("the prompt has ", prompt.size(), " tokens, expected fewer than the ",
            context, " of the model's context"));
}

Continuation continueText(Generator& generator, const std::vector<int>& prompt,
    const ContinuationOptions& options, const std::function<void(int token)>& onToken,
    const Progress& progress)
{
    const ModelConfig& config = generator.checkpoint().config();
    const bool isBounded = config.context > 0;
    requireRoom(generator.checkpoint(), prompt);
    Continuation continuation;
    continuation.promptTokens = int(prompt.size());
    Clock::time_point start = Clock::now();
    Matrix logits = generator.start(prompt, progress);
    continuation.promptSeconds = secondsSince(start);
    start = Clock::now();
    while (int(continuation.tokens.size()) < options.count) {
        const int token
            = chooseToken(logits, options.sampling, std::uint32_t(continuation.tokens.size()));
        if (options.ends.contains(token)) {
            continuation.end = ContinuationEnd::EndToken;
            break;
        }
        continuation.tokens.push_back(token);
        if (onToken)
            onToken(token);
        if (isBounded && generator.length() >= config.context) {
            continuation.end = ContinuationEnd::Context;
            break;
        }
        if (int(continuation.tokens.size()) < options.count) {
            logits = generator.next(token, progress);
            ++continuation.steps;
        }
    }
    continuation.stepSeconds = secondsSince(start);
    return continuation;
}

} // namespace core
