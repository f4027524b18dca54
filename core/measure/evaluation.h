// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/files/json.h"
#include "core/measure/worsttokens.h"
#include "core/model/checkpoint.h"
#include "core/model/walk.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace core {

/// How far the residual stream of the model is from the reference's at one depth
/// (WalkObserver::residual).
struct Drift {
    int depth = 0;
    double relativeError = 0; ///< ‖h − h_ref‖ / ‖h_ref‖ over all tokens
    double cosine = 1; ///< mean over tokens
    double error = 0; ///< standard error of relativeError, from its tokens
};

/// What was lost against a reference, over the same positions. KLD in nats, reference ‖ model.
struct Comparison {
    double referencePerplexity = 0;
    double referencePerplexityError = 0;
    double kldMean = 0;
    double kldError = 0; ///< standard error of the mean
    double kldMedian = 0, kld90 = 0, kld95 = 0, kld99 = 0, kld999 = 0, kldMaximum = 0;
    double sameTop1 = 0; ///< share of positions where both prefer the same token
    double sameTop1Error = 0;
    double rmsDeltaP = 0; ///< of the probability of the text's own token
    double logPerplexityRatio = 0; ///< ln(PPL / PPL_ref)
    double logPerplexityRatioError = 0; ///< paired
    double perplexityDifference = 0;
    double perplexityDifferenceError = 0; ///< paired
    std::vector<Drift> drift; ///< by depth
    /// KLD at every scored position, in order; null where it was not kept.
    std::shared_ptr<const std::vector<float>> divergences;
    std::vector<WorstToken> worst; ///< positions of the largest KLD, worstTokensKept at most
};

struct Evaluation {
    double perplexity = 0;
    double perplexityError = 0; ///< standard error, as llama-perplexity states it
    double meanLoss = 0; ///< ln(perplexity), nats a token
    std::int64_t scored = 0; ///< positions
    int chunks = 0;
    int context = 0;
    std::optional<Comparison> against;
};

/// The one dialect of measurements, in sessions, on the shelf and for --json: {"perplexity",
/// "perplexity_error", "loss", "chunks", "context", "scored"} and, against a reference,
/// {"reference_perplexity", "kld_mean", …, "drift": [{"depth", "relative_error", "cosine",
/// "standard_error"}, …], "worst_tokens": worstTokensToJson()}; with a tokenizer their words, too.
Json evaluationToJson(const Evaluation& evaluation, const Tokenizer* tokenizer = nullptr);
/// Throws Error naming `place` and what is missing.
Evaluation evaluationFromJson(const Json& json, const std::string& place);

/// The first position of a chunk of `context` tokens whose next token is scored, and how many are:
/// DESIGN §5.
int firstScored(int context);
int scoredIn(int context);

/// Perplexity as llama.cpp computes it (DESIGN §5): in each chunk of `chunks` (tokenSequences) the
/// second half is scored. With `reference`, both models walk side by side, layer by layer, and are
/// compared in the same pass; hidden states are kept, never logits. Throws Error for fewer than two
/// chunks, chunks under 3 tokens, a reference of another vocabulary or shape, a loss that is not
/// finite.
Evaluation evaluate(const Checkpoint& model, const Checkpoint* reference,
    const std::vector<std::vector<int>>& chunks, const Progress& progress);
/// The same with the model's linear layers computing by `arithmetic` (null: in full precision).
Evaluation evaluate(const Checkpoint& model, const LinearArithmetic* arithmetic,
    const Checkpoint* reference, const std::vector<std::vector<int>>& chunks,
    const Progress& progress);

/// Each of `models` against the reference, as evaluate() has it but without drift: the reference
/// walks once for as many of them as `mostBytes` of hidden states hold, at least one. Throws Error
/// as evaluate() does.
std::vector<Evaluation> evaluateAll(const std::vector<std::shared_ptr<const Checkpoint>>& models,
    const Checkpoint& reference, const std::vector<std::vector<int>>& chunks,
    std::uint64_t mostBytes, const Progress& progress);

} // namespace core
