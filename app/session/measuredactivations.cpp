// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/measuredactivations.h"

#include "core/base/text.h"
#include "core/model/modelkey.h"
#include "core/stats/activationstore.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace app {

using core::Json;

namespace {

    constexpr std::size_t contextTokens = 12; ///< shown before and after a token
    constexpr int keyVersion = 1; // raise it when the same text gives other statistics

    std::string textOf(const core::Tokenizer& tokenizer, const std::vector<int>& tokens,
        std::size_t from, std::size_t to)
    {
        return tokenizer.decode(
            { tokens.begin() + std::ptrdiff_t(from), tokens.begin() + std::ptrdiff_t(to) });
    }

    /// The tokens of the largest values with what stands around them.
    std::vector<TokenInContext> tokensOf(const core::Checkpoint& checkpoint,
        const core::ActivationStats& stats, const std::vector<std::vector<int>>& sequences)
    {
        const core::Tokenizer& tokenizer = checkpoint.tokenizer();
        std::vector<TokenInContext> tokens;
        for (const core::LargeValue& value : stats.largest) {
            const std::vector<int>& sequence = sequences[std::size_t(value.sequence)];
            const auto at = std::size_t(value.position);
            const std::size_t first = at > contextTokens ? at - contextTokens : 0;
            const std::size_t last = std::min(sequence.size(), at + 1 + contextTokens);
            tokens.push_back({ QString::fromStdString(tokenizer.piece(value.token)),
                QString::fromStdString(textOf(tokenizer, sequence, first, at)),
                QString::fromStdString(textOf(tokenizer, sequence, at + 1, last)) });
        }
        return tokens;
    }

    std::string keyOf(
        const core::Checkpoint& checkpoint, const std::vector<std::vector<int>>& sequences)
    {
        return core::Shelf::keyOf({ { "kind", "activations" }, { "version", keyVersion },
            { "model", core::contentKey(checkpoint) }, { "text", sequences } });
    }

    void keep(const core::Shelf& shelf, const MeasuredActivations& measured,
        const core::Checkpoint& checkpoint)
    {
        Json tokens = Json::array();
        for (const TokenInContext& token : measured.tokens)
            tokens.push_back({ token.token.toStdString(), token.before.toStdString(),
                token.after.toStdString() });
        const std::vector<std::byte> bytes = core::activationStatsToBytes(*measured.stats);
        const std::span<const std::byte> part(bytes);
        shelf.trim(bytes.size(), {});
        (void)shelf.put(measured.key,
            { { "kind", "statistics" },
                { "about",
                    core::text(checkpoint.config().name, ", activations on ",
                        measured.text.file.filename().string()) },
                { "tokens", std::move(tokens) } },
            std::span(&part, 1));
    }

    QString string(const Json& value)
    {
        return value.is_string() ? QString::fromStdString(value.get<std::string>()) : QString();
    }

} // namespace

MeasuredActivations findActivations(
    const core::Shelf& shelf, const std::string& key, const TextSettings& text)
{
    MeasuredActivations found;
    const auto item = shelf.find(key);
    if (!item)
        return found;
    found.stats = std::make_shared<const core::ActivationStats>(
        core::activationStatsFromBytes(item->bytes, item->file.string()));
    for (const Json& token : item->head->value("tokens", Json::array()))
        if (token.is_array() && token.size() == 3)
            found.tokens.push_back({ string(token[0]), string(token[1]), string(token[2]) });
    found.tokens.resize(found.stats->largest.size());
    found.text = text;
    found.key = key;
    return found;
}

MeasuredActivations measureActivations(const core::Checkpoint& checkpoint, const TextSettings& text,
    const core::Shelf* shelf, const core::Progress& progress)
{
    const auto sequences = readSequences(checkpoint, text);
    MeasuredActivations result;
    if (shelf) {
        const std::string key = keyOf(checkpoint, sequences);
        result = findActivations(*shelf, key, text);
        if (result.stats)
            return result;
        result.key = key;
    }
    result.text = text;
    result.stats = std::make_shared<const core::ActivationStats>(
        core::activationStats(checkpoint, sequences, progress));
    result.tokens = tokensOf(checkpoint, *result.stats, sequences);
    if (shelf)
        keep(*shelf, result, checkpoint);
    return result;
}

} // namespace app
