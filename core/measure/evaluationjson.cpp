// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/evaluation.h"

#include <nlohmann/json.hpp>

#include <array>

namespace core {

namespace {

    template<typename Of>
    struct Figure {
        const char* key;
        double Of::*value;
    };
    constexpr std::array figures{
        Figure<Evaluation>{ "perplexity", &Evaluation::perplexity },
        Figure<Evaluation>{ "perplexity_error", &Evaluation::perplexityError },
        Figure<Evaluation>{ "loss", &Evaluation::meanLoss },
    };
    constexpr std::array comparisons{
        Figure<Comparison>{ "reference_perplexity", &Comparison::referencePerplexity },
        Figure<Comparison>{ "reference_perplexity_error", &Comparison::referencePerplexityError },
        Figure<Comparison>{ "kld_mean", &Comparison::kldMean },
        Figure<Comparison>{ "kld_error", &Comparison::kldError },
        Figure<Comparison>{ "kld_median", &Comparison::kldMedian },
        Figure<Comparison>{ "kld_90", &Comparison::kld90 },
        Figure<Comparison>{ "kld_95", &Comparison::kld95 },
        Figure<Comparison>{ "kld_99", &Comparison::kld99 },
        Figure<Comparison>{ "kld_99_9", &Comparison::kld999 },
        Figure<Comparison>{ "kld_maximum", &Comparison::kldMaximum },
        Figure<Comparison>{ "top1", &Comparison::sameTop1 },
        Figure<Comparison>{ "top1_error", &Comparison::sameTop1Error },
        Figure<Comparison>{ "rms_delta_p", &Comparison::rmsDeltaP },
        Figure<Comparison>{ "log_perplexity_ratio", &Comparison::logPerplexityRatio },
        Figure<Comparison>{ "log_perplexity_ratio_error", &Comparison::logPerplexityRatioError },
        Figure<Comparison>{ "perplexity_difference", &Comparison::perplexityDifference },
        Figure<Comparison>{ "perplexity_difference_error", &Comparison::perplexityDifferenceError },
    };

    Comparison comparisonFromJson(const Json& json, const std::string& place)
    {
        Comparison against;
        for (const auto& figure : comparisons)
            against.*figure.value = jsonValue<double>(json, figure.key, place);
        for (const Json& depth : json.value("drift", Json::array()))
            against.drift.push_back({ int(jsonValue<std::int64_t>(depth, "depth", place)),
                jsonValue<double>(depth, "relative_error", place),
                jsonValue<double>(depth, "cosine", place),
                jsonValue<double>(depth, "standard_error", place, 0.0) });
        if (json.contains("worst_tokens"))
            against.worst = worstTokensFromJson(jsonPart(json, "worst_tokens", place), place);
        return against;
    }

} // namespace

Json evaluationToJson(const Evaluation& evaluation, const Tokenizer* tokenizer)
{
    Json json{ { "chunks", evaluation.chunks }, { "context", evaluation.context },
        { "scored", evaluation.scored } };
    for (const auto& figure : figures)
        json[figure.key] = evaluation.*figure.value;
    if (!evaluation.against)
        return json;
    const Comparison& against = *evaluation.against;
    for (const auto& figure : comparisons)
        json[figure.key] = against.*figure.value;
    json["drift"] = Json::array();
    for (const Drift& drift : against.drift)
        json["drift"].push_back(
            { { "depth", drift.depth }, { "relative_error", drift.relativeError },
                { "cosine", drift.cosine }, { "standard_error", drift.error } });
    json["worst_tokens"] = worstTokensToJson(against.worst, tokenizer);
    return json;
}

Evaluation evaluationFromJson(const Json& json, const std::string& place)
{
    Evaluation evaluation;
    evaluation.chunks = int(jsonValue<std::int64_t>(json, "chunks", place));
    evaluation.context = int(jsonValue<std::int64_t>(json, "context", place));
    evaluation.scored = jsonValue<std::int64_t>(json, "scored", place);
    for (const auto& figure : figures)
        evaluation.*figure.value = jsonValue<double>(json, figure.key, place);
    if (json.contains("kld_mean"))
        evaluation.against = comparisonFromJson(json, place);
    return evaluation;
}

} // namespace core
