// SPDX-License-Identifier: GPL-3.0-or-later
#include "sampleruns.h"

#include "sampledata.h"

#include <QtCore/QString>

#include <cmath>

namespace {

constexpr double perplexity = 40.956;
constexpr double perplexityError = 0.612;
constexpr int depths = 9; // the embedding, then attention and feed-forward of four layers

struct Figures {
    const char* title;
    const char* method;
    std::uint64_t bytes;
    double bits, perplexity, kld, top1;
};

core::Evaluation evaluation(const Figures& run)
{
    core::Evaluation result;
    result.perplexity = run.perplexity;
    result.perplexityError = perplexityError * run.perplexity / perplexity;
    result.meanLoss = std::log(run.perplexity);
    result.scored = 267 * 127;
    result.chunks = 267;
    result.context = 256;
    core::Comparison against;
    against.referencePerplexity = perplexity;
    against.referencePerplexityError = perplexityError;
    against.kldMean = run.kld;
    against.kldError = run.kld * 0.008;
    against.kldMedian = run.kld * 0.6;
    against.kld90 = run.kld * 2.2;
    against.kld95 = run.kld * 3.1;
    against.kld99 = run.kld * 5.9;
    against.kld999 = run.kld * 12;
    against.kldMaximum = run.kld * 31;
    against.sameTop1 = run.top1;
    against.sameTop1Error = std::sqrt(run.top1 * (1 - run.top1) / double(result.scored));
    against.rmsDeltaP = std::sqrt(run.kld) * 0.2;
    against.perplexityDifference = run.perplexity - perplexity;
    against.perplexityDifferenceError = std::sqrt(run.kld) * 0.4;
    against.logPerplexityRatio = std::log(run.perplexity / perplexity);
    for (int depth = 0; depth < depths; ++depth)
        against.drift.push_back({ depth, std::sqrt(run.kld) * (0.2 + 0.07 * depth),
            1 - run.kld * (0.05 + 0.05 * depth) });
    result.against = against;
    return result;
}

} // namespace

std::vector<widgets::RunRow> sampleRuns()
{
    const Figures all[] = {
        { "Q2_K", "importance-weighted", 2'290'112, 4.15, 44.599, 0.096774, 0.782 },
        { "Q2_K", "GPTQ", 2'290'112, 4.15, 43.11, 0.0724, 0.811 },
        { "Q3_K_M", "importance-weighted", 2'520'512, 4.57, 41.575, 0.016828, 0.903 },
        { "Q3_K_M", "GPTQ", 2'520'512, 4.57, 41.36, 0.0117, 0.921 },
        { "Q4_K_M", "importance-weighted", 2'891'712, 5.24, 41.198, 0.006423, 0.937 },
        { "Q4_K_M", "GPTQ", 2'891'712, 5.24, 41.12, 0.00456, 0.949 },
        { "Q6_K", "importance-weighted", 3'838'400, 6.96, 41.014, 0.000973, 0.977 },
    };
    widgets::RunRow original;
    original.title = "sample";
    original.method = "BF16";
    original.fileBytes = 8'818'944;
    original.bitsPerWeight = 16;
    original.tokensPerSecond = 1918;
    core::Evaluation itself;
    itself.perplexity = perplexity;
    itself.perplexityError = perplexityError;
    itself.chunks = 267;
    itself.context = 256;
    original.evaluation = itself;
    std::vector<widgets::RunRow> runs{ original };
    for (const Figures& run : all) {
        widgets::RunRow row;
        row.number = int(runs.size());
        row.title = run.title;
        row.method = run.method;
        row.fileBytes = run.bytes;
        row.bitsPerWeight = run.bits;
        row.tokensPerSecond = 16.3e9 / double(run.bytes);
        row.evaluation = evaluation(run);
        row.evaluationText = "evaluation.txt, 267 chunks of 256 tokens";
        runs.push_back(row);
    }
    return runs;
}

core::Recipe sampleRecipe(const std::string& preset)
{
    return core::presetRecipe(preset, *sampleData().checkpoint, core::Method::Gptq);
}

std::vector<core::PlannedTensor> samplePlan(const std::string& preset)
{
    return core::planTensors(*sampleData().checkpoint, sampleRecipe(preset));
}

std::vector<core::TensorReport> sampleReports()
{
    std::vector<core::TensorReport> reports;
    for (const core::PlannedTensor& planned : samplePlan("Q3_K_M")) {
        if (planned.place.layer < 0 || !core::isMatrix(planned.place.role))
            continue;
        core::TensorReport report;
        report.place = planned.place;
        report.name = core::ggufName(planned.place);
        report.format = planned.format;
        report.method = core::Method::Gptq;
        const int at = int(planned.place.role) + 3 * planned.place.layer;
        report.importanceError
            = 0.9 * std::exp2(-planned.format->bitsPerWeight()) + 0.004 * (at * 7 % 11);
        report.outputError = report.importanceError * (0.74 + 0.02 * (at * 5 % 9));
        report.judgedOn = core::JudgedOn::HeldOut;
        report.heldSequences = 16;
        reports.push_back(report);
    }
    return reports;
}
