// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/files/json.h"

#include <string>
#include <vector>

namespace core {

struct Head;
struct ScorePair;
class Tokenizer;

/// A token that may come next, and how likely a model takes it to be.
struct TokenChance {
    int token = -1;
    double probability = 0;
};

/// A position of a text at which a model is far from the original, and what both expect there.
struct WorstToken {
    int chunk = 0;
    int position = 0; ///< in its chunk, of the token that comes next
    double divergence = 0; ///< KLD there, nats
    TokenChance reference, model; ///< what each gives to the token that really comes
    std::vector<TokenChance> referenceTop, modelTop; ///< the likeliest, first the best
    std::vector<int> before, after; ///< tokens around it
};

constexpr int worstTokensKept = 32; ///< of one measurement

/// The positions with the largest divergence, the largest first. `pairs` are all that were scored
/// in `chunks` (firstScored, scoredIn), the heads those they were scored with. Decodes both heads
/// once more, some rows at a time. Throws Error for a head that is not finite.
std::vector<WorstToken> worstTokens(const std::vector<ScorePair>& pairs, const Head& reference,
    const Head& model, const std::vector<std::vector<int>>& chunks, const Progress& progress);

/// [{"chunk", "position", "kld", "token", "reference_p", "model_p", "reference_top": [[token, p],
/// …], "model_top", "before", "after"}, …]; with a tokenizer also the words: "text",
/// "text_before", "text_after", and a third member of each pair.
Json worstTokensToJson(const std::vector<WorstToken>& worst, const Tokenizer* tokenizer);
/// Throws Error naming `place` and what is missing.
std::vector<WorstToken> worstTokensFromJson(const Json& json, const std::string& place);

} // namespace core
