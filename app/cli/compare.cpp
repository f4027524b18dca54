// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/input.h"
#include "core/base/error.h"
#include "core/base/machinememory.h"
#include "core/files/json.h"
#include "core/measure/comparedfile.h"
#include "core/measure/evaluation.h"
#include "core/measure/tensordifferences.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <memory>

namespace cli {

namespace {

    struct CompareArguments {
        std::string original;
        std::vector<std::string> files;
        TextOptions text;
        bool tensors = false;
        bool json = false;
    };

    /// One file beside the original, and what was found.
    struct ComparedFile : core::ComparedFile {
        std::optional<core::Evaluation> evaluation{};
        std::optional<core::TensorDifferences> differences{};
    };

    std::vector<ComparedFile> openFiles(
        const CompareArguments& options, const core::Checkpoint& original)
    {
        std::vector<ComparedFile> files;
        for (const std::string& path : options.files)
            files.push_back({ core::comparedFile(path, openModel(path), original) });
        return files;
    }

    void measure(std::vector<ComparedFile>& files, const core::Checkpoint& original,
        const TextOptions& text, const core::Progress& progress)
    {
        std::vector<std::shared_ptr<const core::Checkpoint>> models;
        for (const ComparedFile& file : files)
            models.push_back(file.model);
        auto evaluations = core::evaluateAll(
            models, original, readSequences(original, text), core::machineMemory() / 2, progress);
        for (std::size_t i = 0; i < files.size(); ++i)
            files[i].evaluation = std::move(evaluations[i]);
    }

    core::Json tensorsJson(const core::TensorDifferences& differences)
    {
        core::Json tensors = core::Json::array();
        for (const core::TensorDifference& tensor : differences.tensors)
            tensors.push_back({ { "name", tensor.name }, { "format", tensor.storedAs },
                { "bytes", tensor.bytes }, { "relative_error", tensor.relativeError() } });
        return tensors;
    }

    core::Json fileJson(const ComparedFile& file)
    {
        core::Json json{ { "path", file.path.string() }, { "bytes", file.bytes } };
        if (file.evaluation) {
            const core::Comparison& against = *file.evaluation->against;
            json["perplexity"] = file.evaluation->perplexity;
            json["perplexity_error"] = file.evaluation->perplexityError;
            json["kld_mean"] = against.kldMean;
            json["kld_error"] = against.kldError;
            json["kld_999"] = against.kld999;
            json["same_top"] = against.sameTop1;
            json["same_top_error"] = against.sameTop1Error;
            json["worst_tokens"] = core::worstTokensToJson(
                against.worst, file.model->hasTokenizer() ? &file.model->tokenizer() : nullptr);
        }
        if (file.differences) {
            json["relative_error"] = file.differences->relativeError();
            json["tensors"] = tensorsJson(*file.differences);
            json["missing"] = file.differences->missing;
            json["added"] = file.differences->added;
        }
        return json;
    }

    void printJson(const std::vector<ComparedFile>& files)
    {
        core::Json json{ { "files", core::Json::array() } };
        for (const ComparedFile& file : files)
            json["files"].push_back(fileJson(file));
        if (const auto& first = files.front().evaluation) {
            json["reference_perplexity"] = first->against->referencePerplexity;
            json["chunks"] = first->chunks;
            json["context"] = first->context;
        }
        std::cout << core::jsonText(json, 2) << '\n';
    }

    void printMeasured(const std::vector<ComparedFile>& files)
    {
        const core::Evaluation& first = *files.front().evaluation;
        std::cout << first.chunks << " chunks of " << first.context << " tokens, perplexity of the "
                  << "original " << fixed(first.against->referencePerplexity, 4) << "\n\n";
        Table table({ "file", "size", "KLD mean", "± error", "KLD 99.9 %", "same top token",
            "perplexity" });
        for (const ComparedFile& file : files) {
            const core::Comparison& against = *file.evaluation->against;
            table.addRow({ file.path.string(), sizeText(double(file.bytes)),
                fixed(against.kldMean, 6), fixed(against.kldError, 6), fixed(against.kld999, 4),
                percent(against.sameTop1), fixed(file.evaluation->perplexity, 4) });
        }
        table.print(std::cout);
        if (files.size() < 2)
            return;
        const auto closest = std::ranges::min_element(
            files, {}, [](const ComparedFile& file) { return file.evaluation->against->kldMean; });
        std::cout << "\nClosest to the original: " << closest->path.string() << '\n';
    }

    /// A row a tensor, a column a file.
    void printTensors(const std::vector<ComparedFile>& files, const core::Checkpoint& original)
    {
        std::vector<std::string> header{ "relative error of" };
        std::vector<std::string> whole{ "all" };
        for (const ComparedFile& file : files) {
            header.push_back(file.path.string());
            whole.push_back(significant(file.differences->relativeError()));
        }
        Table table(header);
        for (const core::Tensor& tensor : original.tensors()) {
            std::vector<std::string> row{ tensor.name };
            for (const ComparedFile& file : files) {
                const auto& all = file.differences->tensors;
                const auto found
                    = std::ranges::find(all, tensor.name, &core::TensorDifference::name);
                row.push_back(found == all.end()
                        ? "missing"
                        : significant(found->relativeError()) + " " + found->storedAs);
            }
            table.addRow(std::move(row));
        }
        table.addRow(std::move(whole));
        table.print(std::cout);
    }

    void compare(const CompareArguments& options, const core::Progress& progress)
    {
        const bool isMeasured = !options.text.file.empty();
        if (!isMeasured && !options.tensors)
            throw core::Error("Nothing says what to compare: --text FILE, --tensors or both are "
                              "needed.");
        const auto original = openModel(options.original);
        std::vector<ComparedFile> files = openFiles(options, *original);
        if (isMeasured)
            measure(files, *original, options.text,
                progress.part(0, options.tensors ? 0.8 : 1, "Evaluating"));
        for (std::size_t i = 0; options.tensors && i < files.size(); ++i) {
            const double start = isMeasured ? 0.8 : 0, share = (1 - start) / double(files.size());
            const double from = start + share * double(i);
            files[i].differences = core::tensorDifferences(
                *files[i].model, *original, progress.part(from, from + share, "Comparing tensors"));
        }
        if (options.json)
            return printJson(files);
        if (isMeasured)
            printMeasured(files);
        if (isMeasured && options.tensors)
            std::cout << '\n';
        if (options.tensors)
            printTensors(files, *original);
    }

} // namespace

void addCompare(CLI::App& app, Action& action)
{
    const auto options = std::make_shared<CompareArguments>();
    CLI::App* command = app.add_subcommand(
        "compare", "Measures several files of one model against the original, in one table");
    command->add_option("original", options->original, "The original: folder (safetensors) or GGUF")
        ->required();
    command->add_option("files", options->files, "GGUF files or folders of the same model")
        ->required();
    command->add_option("--text", options->text.file, "Evaluation text (UTF-8)");
    addCount(*command, "--ctx", options->text.length,
        "Tokens a chunk (default: the model's context, at most 512)");
    addCount(*command, "--chunks", options->text.sequences, "Chunks to use (default: all)");
    command->add_flag("--tensors", options->tensors,
        "How far each tensor is from the original's, without any text");
    command->add_flag("--json", options->json,
        "Print one JSON object: files with path, bytes, kld_mean, kld_999, same_top, perplexity "
        "and more");
    command->callback([options, &action] {
        action = [options](const core::Progress& progress, ProgressLine&) {
            compare(*options, progress);
        };
    });
}

} // namespace cli
