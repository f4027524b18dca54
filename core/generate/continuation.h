// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/generate/generator.h"
#include "core/generate/sampling.h"

#include <functional>
#include <set>
#include <string_view>
#include <vector>

namespace core {

/// How far and how a prompt is continued.
struct ContinuationOptions {
    int count = 0; ///< tokens at most
    Sampling sampling;
    std::set<int> ends{}; ///< tokens that end it (endTokens)
};

/// Why a continuation ended.
enum class ContinuationEnd { Count, EndToken, Context };

/// What a model wrote after a prompt.
struct Continuation {
    std::vector<int> tokens; ///< the one that ended it left out
    ContinuationEnd end = ContinuationEnd::Count;
    int promptTokens = 0;
    double promptSeconds = 0;
    int steps = 0; ///< tokens that were read after the prompt
    double stepSeconds = 0;

    double tokensPerSecond() const { return stepSeconds > 0 ? steps / stepSeconds : 0; }
};

/// The prompt's ids, with BOS where the tokenizer adds one. Throws Error for a model without a
/// tokenizer, and for a text that gives no token at all.
std::vector<int> promptTokens(const Checkpoint& checkpoint, std::string_view prompt);

/// Throws Error for a prompt that fills the model's context.
void requireRoom(const Checkpoint& checkpoint, const std::vector<int>& prompt);

/// Continues `prompt`, until `options` or the model's context end it. `onToken` (may be empty) is
/// told every token as soon as it is chosen, on the calling thread. Throws Error for a prompt that
/// fills the model's context, and as Generator does; Cancelled within a layer.
Continuation continueText(Generator& generator, const std::vector<int>& prompt,
    const ContinuationOptions& options, const std::function<void(int token)>& onToken,
    const Progress& progress);

} // namespace core
