// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/interop/llamamodel.h"

#include <cstdint>
#include <vector>

namespace interop {

/// What llama-perplexity prints.
struct LlamaPerplexity {
    double perplexity = 0;
    double meanLoss = 0; ///< ln(perplexity), nats a token
    double error = 0; ///< standard error of the perplexity
    std::int64_t scored = 0; ///< positions
    int chunks = 0;
};

/// The text as llama-perplexity cuts it: with BOS where the model wants one, into chunks of
/// `length` tokens, the tail dropped, the first token of each then replaced by BOS where the model
/// wants one; at most `count` chunks (0: all).
std::vector<std::vector<int>> llamaChunks(
    const LlamaModel& model, std::string_view text, int length, int count);

/// Perplexity over `chunks`, all of one length, as llama-perplexity computes it (its
/// tools/perplexity): positions length/2 … length − 2 of each are scored. On all processors, each
/// with chunks of its own. Throws core::Error.
LlamaPerplexity perplexity(
    const std::shared_ptr<const LlamaModel>& model, const std::vector<std::vector<int>>& chunks);

/// A token that was the likeliest, and by how much.
struct GreedyToken {
    int token = 0;
    float gap = 0; ///< its logit minus that of the second
};

/// The first and second of one row of logits.
GreedyToken likeliest(const Eigen::Ref<const Eigen::RowVectorXf>& logits);

/// `count` tokens after `prompt`, each the likeliest after those before it.
std::vector<GreedyToken> continueGreedily(
    LlamaContext& context, const std::vector<int>& prompt, int count);

} // namespace interop
