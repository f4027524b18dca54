// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/evaluationtext.h"

#include "app/cli/console.h"
#include "core/measure/grade.h"

#include <iostream>

namespace cli {

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
        table.addRow({ "grade", std::string(core::gradeText(core::gradeOf(against))), "" });
    }
    table.print(std::cout);
}

} // namespace cli
