// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/imatrix.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/input.h"
#include "app/cli/usualshelf.h"
#include "core/files/atomicfile.h"
#include "core/files/json.h"
#include "core/files/sourcefiles.h"
#include "core/quant/measuredimatrix.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace cli {

namespace {

    struct ImatrixArguments {
        std::string model;
        TextOptions text;
        std::string output;
        bool head = false;
        bool overwrite = false;
        bool noShelf = false;
        bool json = false;
    };

    core::Existing existing(const ImatrixArguments& options)
    {
        return options.overwrite ? core::Existing::Replace : core::Existing::Keep;
    }

    /// Throws Error if the file is one that is read, or exists and is to be kept.
    void checkOutput(const ImatrixArguments& options, const core::Checkpoint& checkpoint)
    {
        core::SourceFiles read = checkpoint.files();
        read.add(options.text.file, "the calibration text");
        requireMayBeWritten(read, options.output, existing(options));
    }

    void imatrix(const ImatrixArguments& options, const core::Progress& progress)
    {
        const auto checkpoint = openModel(options.model);
        checkOutput(options, *checkpoint);
        const auto sequences = readSequences(*checkpoint, options.text);
        const auto shelf = options.noShelf ? nullptr : usualShelf();
        const core::ImportanceMatrix imatrix
            = core::measureImatrix(*checkpoint, sequences, options.text.file.filename().string(),
                options.head ? core::ImatrixScope::LayersAndHead : core::ImatrixScope::Layers,
                shelf.get(), progress.part(0, 1, "Measuring importance"));
        core::AtomicFile file(options.output, existing(options));
        core::writeImatrix(file.output(), imatrix);
        checkpoint->requireUnchanged();
        file.commit();
        const auto bytes = std::filesystem::file_size(options.output);
        if (options.json)
            std::cout << core::jsonText(
                { { "file", options.output }, { "bytes", bytes },
                    { "tensors", imatrix.tensors.size() }, { "chunks", imatrix.chunks },
                    { "context", imatrix.chunkSize } },
                2) << '\n';
        else
            std::cout << options.output << ": importance of " << imatrix.tensors.size()
                      << " tensors from " << imatrix.chunks << " chunks of " << imatrix.chunkSize
                      << " tokens, " << sizeText(double(bytes)) << '\n';
    }

} // namespace

void addImatrix(CLI::App& app, Action& action)
{
    const auto options = std::make_shared<ImatrixArguments>();
    CLI::App* command = app.add_subcommand("imatrix",
        "Writes an importance matrix, as llama-imatrix does and llama-quantize takes it");
    command->add_option("model", options->model, "Folder (safetensors) or GGUF file")->required();
    command->add_option("--calibration", options->text.file, "Calibration text (UTF-8)")
        ->required();
    addCount(*command, "--ctx", options->text.length,
        "Tokens a chunk (default: the model's context, at most 512)");
    addCount(*command, "--chunks", options->text.sequences, "Chunks to use (default: all)");
    command->add_option("-o,--output", options->output, "GGUF file to write")->required();
    command->add_flag("--head", options->head,
        "Also the output head's, where it is a tensor of its own (llama-imatrix: "
        "--process-output)");
    command->add_flag("--overwrite", options->overwrite,
        "Replaces a file that has the output's name (never one that is read)");
    command->add_flag("--no-shelf", options->noShelf,
        "Measures anew instead of taking what was measured of this model and text before from "
        "the shelf, and keeps nothing there");
    command->add_flag(
        "--json", options->json, "Print one JSON object: file, bytes, tensors, chunks, context");
    command->callback([options, &action] {
        action = [options](const core::Progress& progress, ProgressLine&) {
            imatrix(*options, progress);
        };
    });
}

} // namespace cli
