// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/alone.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/quant/namepattern.h"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace cli {

namespace {

    bool isAsked(const AloneOptions& options, const std::string& name)
    {
        return std::ranges::any_of(options.names,
            [&name](const std::string& pattern) { return core::hasForm(name, pattern); });
    }

    std::vector<core::Candidate> wanted(
        const AloneOptions& options, const LossOptions& losses, const core::Checkpoint& checkpoint)
    {
        core::Recipe recipe;
        recipe.method = *core::findMethod(losses.method); // checked while parsing
        recipe.encoder = *core::findEncoder(losses.encoder);
        if (recipe.method == core::Method::Gptq)
            throw core::Error("--alone: found --method gptq, which rounds a layer's tensors "
                              "together, expected rtn, importance or hqq");
        std::vector<core::Candidate> all;
        for (auto& candidates : core::candidatesFor(checkpoint, chosenFormats(losses), recipe))
            for (core::Candidate& candidate : candidates)
                if (isAsked(options, checkpoint.tensors()[candidate.tensor].name))
                    all.push_back(std::move(candidate));
        if (all.empty())
            throw core::Error(core::text("--alone: found ", options.names.front(),
                ", expected the name of a matrix, such as blk.0.attn_v.weight, or a pattern with "
                "* and ?"));
        return all;
    }

    core::Importance importanceFor(const LossOptions& losses, const core::Checkpoint& checkpoint,
        const core::Progress& progress)
    {
        if (!losses.imatrix.empty())
            return core::readImatrix(losses.imatrix);
        if (losses.method != core::methodName(core::Method::Importance) || losses.text.file.empty())
            return {};
        return core::sensitivityImportance(checkpoint,
            readSequences(checkpoint, { losses.text.file, losses.text.length, 0 }), progress);
    }

} // namespace

void addAloneOptions(CLI::App& command, AloneOptions& options)
{
    auto* text = command.add_option("--evaluate", options.text,
        "Text on which tensors are measured alone; best one that nothing else was made from");
    auto* names
        = command
              .add_option("--alone", options.names,
                  "Also measures these tensors, each rounded alone in each format: names or "
                  "patterns (* and ?), separated by commas")
              ->delimiter(',')
              ->needs(text);
    text->needs(names);
    addCount(
        command, "--chunks", options.chunks, "Chunks of it to use (default: some 6,000 tokens)");
}

core::MeasuredLosses measuredAlone(const AloneOptions& options, const LossOptions& losses,
    const core::Checkpoint& checkpoint, const core::Progress& progress)
{
    std::vector<core::Candidate> candidates = wanted(options, losses, checkpoint);
    core::LossMeasurement how;
    how.encoder = *core::findEncoder(losses.encoder);
    how.chunks = readSequences(checkpoint, { options.text, losses.text.length, 0 });
    const int most = options.chunks > 0 ? options.chunks
                                        : core::usualMeasuredChunks(int(how.chunks.front().size()));
    how.chunks.resize(std::min(how.chunks.size(), std::size_t(most)));
    how.importance = importanceFor(losses, checkpoint, progress.part(0, 0.1, "Importance"));
    const auto shelf = chosenShelf(losses);
    return core::measureLosses(
        checkpoint, how, std::move(candidates), shelf.get(), {}, progress.part(0.1, 1));
}

} // namespace cli
