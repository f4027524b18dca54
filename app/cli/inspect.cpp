// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/input.h"
#include "app/cli/modelproperties.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/json.h"
#include "core/stats/outliers.h"
#include "core/stats/tensorstats.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace cli {

namespace {

    struct InspectArguments {
        std::string model;
        double threshold = 3;
        bool json = false;
    };

    core::Json gridIn(const core::Tensor& tensor)
    {
        const std::string grid = core::gridOf(tensor);
        return grid.empty() ? core::Json() : core::Json(grid);
    }

    /// The format; of a grid that another tool made, the one that holds it, null if none does.
    core::Json formatIn(const core::Tensor& tensor)
    {
        const core::Format* format = core::exactFormat(tensor);
        const bool isHeld = core::gridOf(tensor).empty() || format->isQuantized();
        return isHeld ? core::Json(format->name) : core::Json();
    }

    core::Json toJson(const core::Tensor& tensor, const core::TensorStats& stats, double threshold)
    {
        const core::Moments& moments = stats.moments;
        return { { "name", tensor.name }, { "source_name", tensor.sourceName },
            { "role", core::roleName(tensor.place.role) }, { "layer", tensor.place.layer },
            { "shape", { tensor.rows, tensor.columns } }, { "format", formatIn(tensor) },
            { "grid", gridIn(tensor) }, { "bits_per_weight", core::storedBitsPerWeight(tensor) },
            { "bytes", core::storedSize(tensor) }, { "file", tensor.file },
            { "offset", tensor.offset }, { "minimum", moments.minimum },
            { "maximum", moments.maximum }, { "absmax", moments.absmax() },
            { "mean", moments.mean }, { "deviation", moments.deviation }, { "skew", moments.skew },
            { "kurtosis", moments.kurtosis }, { "zeros", moments.zeros },
            { "non_finite", moments.nonFinite },
            { "outlier_inputs", core::outlierChannels(stats.inputAbsmax, threshold).channels },
            { "outlier_outputs", core::outlierChannels(stats.outputAbsmax, threshold).channels } };
    }

    std::vector<std::string> toRow(
        const core::Tensor& tensor, const core::TensorStats& stats, double threshold)
    {
        const core::Moments& moments = stats.moments;
        const auto outliers = core::outlierChannels(stats.inputAbsmax, threshold).channels.size()
            + core::outlierChannels(stats.outputAbsmax, threshold).channels.size();
        return { tensor.name, core::text(tensor.rows, " x ", tensor.columns),
            core::storedAs(tensor), fixed(core::storedBitsPerWeight(tensor), 2),
            sizeText(double(core::storedSize(tensor))), significant(moments.absmax()),
            significant(moments.deviation), fixed(moments.kurtosis, 2), std::to_string(outliers),
            std::to_string(moments.nonFinite) };
    }

    /// What is known of a tensor that nothing here decodes.
    core::Json toJson(const core::StoredTensor& tensor)
    {
        return { { "name", tensor.name }, { "shape", tensor.shape },
            { "type", core::storedType(tensor) }, { "bytes", tensor.bytes.size() },
            { "file", tensor.file }, { "offset", tensor.offset } };
    }

    std::vector<std::string> toRow(const core::StoredTensor& tensor)
    {
        std::string shape;
        for (const std::int64_t dimension : tensor.shape)
            shape.append(shape.empty() ? "" : " x ").append(std::to_string(dimension));
        return { tensor.name, shape, std::string(core::storedType(tensor)), "-",
            sizeText(double(tensor.bytes.size())), "-", "-", "-", "-", "-" };
    }

    core::Json configJson(const core::Checkpoint& checkpoint)
    {
        const core::ModelConfig& config = checkpoint.config();
        return { { "name", config.name }, { "architecture", config.architecture },
            { "layers", config.layers }, { "hidden", config.hidden },
            { "feed_forward", config.feedForward }, { "heads", config.heads },
            { "key_value_heads", config.keyValueHeads }, { "head_dim", config.headDim },
            { "vocabulary", config.vocabulary }, { "context", config.context },
            { "rope_base", config.ropeBase }, { "tied_head", config.tiedHead },
            { "weights", checkpoint.weights() }, { "bytes", checkpoint.bytes() },
            { "tokenizer",
                checkpoint.hasTokenizer() ? core::Json(checkpoint.tokenizer().kind())
                                          : core::Json() } };
    }

    std::vector<std::string> notesOf(const core::Checkpoint& checkpoint)
    {
        std::vector<std::string> notes = checkpoint.notes();
        if (!checkpoint.hasTokenizer())
            notes.push_back(core::text("no tokenizer: ", checkpoint.tokenizerError()));
        return notes;
    }

    void printJson(const core::Checkpoint& checkpoint, core::Json tensors, core::Json undecoded)
    {
        const core::Json json{ { "model", configJson(checkpoint) },
            { "properties", modelProperties(checkpoint) }, { "notes", notesOf(checkpoint) },
            { "tensors", std::move(tensors) }, { "undecoded", std::move(undecoded) } };
        std::cout << core::jsonText(json, 2) << '\n';
    }

    void printTable(const core::Checkpoint& checkpoint, Table& table, double threshold)
    {
        std::cout << headline(checkpoint) << '\n';
        for (const std::string& note : notesOf(checkpoint))
            std::cout << "note: " << note << '\n';
        printModelProperties(checkpoint, std::cout);
        std::cout << '\n';
        table.print(std::cout);
        std::cout << "\noutliers: input and output channels whose absmax is over "
                  << fixed(threshold, 1) << " x the median channel's\n";
    }

    void inspect(const InspectArguments& options, const core::Progress& progress)
    {
        const auto checkpoint = core::Checkpoint::open(options.model);
        Table table({ "tensor", "shape", "format", "bpw", "size", "absmax", "deviation", "kurtosis",
            "outliers", "non-finite" });
        core::Json tensors = core::Json::array();
        const double count = double(checkpoint->tensors().size());
        double done = 0;
        for (const core::Tensor& tensor : checkpoint->tensors()) {
            const auto stats = core::tensorStats(
                tensor, progress.part(done / count, (done + 1) / count, tensor.name));
            done += 1;
            if (options.json)
                tensors.push_back(toJson(tensor, stats, options.threshold));
            else
                table.addRow(toRow(tensor, stats, options.threshold));
        }
        core::Json undecoded = core::Json::array();
        for (const core::StoredTensor& tensor : checkpoint->undecoded()) {
            undecoded.push_back(toJson(tensor));
            table.addRow(toRow(tensor));
        }
        if (options.json)
            printJson(*checkpoint, std::move(tensors), std::move(undecoded));
        else
            printTable(*checkpoint, table, options.threshold);
        if (!checkpoint->incomplete().empty()) // all that is there is told by now
            throw core::Error(checkpoint->incomplete());
    }

} // namespace

void addInspect(CLI::App& app, Action& action)
{
    const auto options = std::make_shared<InspectArguments>();
    CLI::App* command = app.add_subcommand("inspect",
        "Says what a model computes, lists its tensors and what their weights look like");
    command->add_option("model", options->model, "Folder (safetensors) or GGUF file")->required();
    command
        ->add_option("--threshold", options->threshold,
            "Outlier channels: absmax over this many times the median")
        ->capture_default_str()
        ->check(positive());
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback([options, &action] {
        action = [options](const core::Progress& progress, ProgressLine&) {
            inspect(*options, progress);
        };
    });
}

} // namespace cli
