// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/evaluationtext.h"

#include "app/cli/console.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace cli {

core::Json evaluationJson(const core::Evaluation& evaluation)
{
    core::Json json{ { "perplexity", evaluation.perplexity },
        { "perplexity_error", evaluation.perplexityError }, { "loss", evaluation.meanLoss },
        { "chunks", evaluation.chunks }, { "context", evaluation.context },
        { "scored", evaluation.scored } };
    if (!evaluation.against)
        return json;
    const core::Comparison& against = *evaluation.against;
    json["reference_perplexity"] = against.referencePerplexity;
    json["kld_mean"] = against.kldMean;
    json["kld_error"] = against.kldError;
    json["kld_median"] = against.kldMedian;
    json["kld_90"] = against.kld90;
    json["kld_95"] = against.kld95;
    json["kld_99"] = against.kld99;
    json["kld_99_9"] = against.kld999;
    json["kld_maximum"] = against.kldMaximum;
    json["top1"] = against.sameTop1;
    json["top1_error"] = against.sameTop1Error;
    json["rms_delta_p"] = against.rmsDeltaP;
    json["log_perplexity_ratio"] = against.logPerplexityRatio;
    json["log_perplexity_ratio_error"] = against.logPerplexityRatioError;
    json["perplexity_difference"] = against.perplexityDifference;
    json["perplexity_difference_error"] = against.perplexityDifferenceError;
    json["drift"] = core::Json::array();
    for (const core::Drift& drift : against.drift)
        json["drift"].push_back({ { "depth", drift.depth },
            { "relative_error", drift.relativeError }, { "cosine", drift.cosine } });
    return json;
}

void printEvaluation(const core::Evaluation& evaluation)
{
    std::cout << evaluation.chunks << " chunks of " << evaluation.context << " tokens, "
              << evaluation.scored << " positions scored\n\n";
    Table table({ "", "value", "± error" });
    table.addRow(
        { "perplexity", fixed(evaluation.perplexity, 4), fixed(evaluation.perplexityError, 4) });
    if (evaluation.against) {
        const core::Comparison& against = *evaluation.against;
        table.addRow({ "reference perplexity", fixed(against.referencePerplexity, 4),
            fixed(against.referencePerplexityError, 4) });
        table.addRow({ "difference (paired)", fixed(against.perplexityDifference, 4),
            fixed(against.perplexityDifferenceError, 4) });
        table.addRow({ "KLD mean", fixed(against.kldMean, 6), fixed(against.kldError, 6) });
        table.addRow({ "KLD median", fixed(against.kldMedian, 6), "" });
        table.addRow({ "KLD 99 %", fixed(against.kld99, 6), "" });
        table.addRow({ "KLD maximum", fixed(against.kldMaximum, 6), "" });
        table.addRow({ "same top token", percent(against.sameTop1),
            fixed(100 * against.sameTop1Error, 1) + " %" });
        table.addRow({ "RMS change of p", percent(against.rmsDeltaP), "" });
    }
    table.print(std::cout);
}

} // namespace cli
