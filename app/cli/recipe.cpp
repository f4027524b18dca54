// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/swaps.h"
#include "app/cli/windowsettings.h"
#include "app/resources.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/export/filemix.h"
#include "core/files/atomicfile.h"
#include "core/files/sourcefiles.h"
#include "core/measure/bandwidth.h"
#include "core/quant/runneeds.h"
#include "core/quant/tensortypes.h"
#include "core/search/recipeloss.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace cli {

namespace {

    struct RecipeArguments {
        std::string model;
        std::string size; ///< as bytesOf() takes it
        double bitsPerWeight = 0;
        std::string device;
        int context = 0; ///< 0: the model's
        double kld = 0;
        LossOptions losses;
        std::string method; ///< of the recipe; empty: that of the losses
        std::vector<std::string> least, most; ///< ROLE=FORMAT
        int swaps = 0; ///< tensors to measure; 0: none
        std::string output, types;
        bool overwrite = false;
        bool json = false;
    };

    const core::Format* formatNamed(const std::string& option, const std::string& name)
    {
        const core::Format* format = core::findFormat(core::formatSpelling(name));
        if (!format)
            throw core::Error(
                core::text(option, ": found ", name, ", expected one of ", core::formatNames()));
        return format;
    }

    void addLimits(std::map<core::Role, core::MixLimit>& limits, const std::string& option,
        const std::vector<std::string>& words, const core::Format* core::MixLimit::*end)
    {
        for (const std::string& word : words) {
            const auto mark = word.find('=');
            const auto role = core::findRole(word.substr(0, mark));
            if (mark == std::string::npos || !role)
                throw core::Error(core::text(
                    option, ": found ", word, ", expected ROLE=FORMAT, such as attn_v=Q6_K"));
            limits[*role].*end = formatNamed(option, word.substr(mark + 1));
        }
    }

    /// A limit that holds for no tensor would go unnoticed otherwise.
    void requireRoles(const core::MixSettings& settings, const core::Checkpoint& checkpoint)
    {
        for (const auto& [role, limit] : settings.limits)
            if (std::ranges::none_of(checkpoint.tensors(), [&](const core::Tensor& tensor) {
                    return tensor.isMatrix() && tensor.place.role == role;
                }))
                throw core::Error(core::text(limit.least ? "--least" : "--most", ": found ",
                    core::roleName(role), ", of which the model has no tensor",
                    role == core::Role::Output ? ": its head is token_embd" : ""));
    }

    core::MixSettings settingsOf(const RecipeArguments& options)
    {
        core::MixSettings settings;
        settings.formats = chosenFormats(options.losses);
        settings.figures = *core::findMethod(options.losses.method); // checked while parsing
        const auto treatment
            = core::findTreatment(options.method.empty() ? options.losses.method : options.method);
        settings.recipe.method = treatment->method;
        settings.recipe.scaling = treatment->scaling;
        settings.recipe.encoder = *core::findEncoder(options.losses.encoder);
        addLimits(settings.limits, "--least", options.least, &core::MixLimit::least);
        addLimits(settings.limits, "--most", options.most, &core::MixLimit::most);
        return settings;
    }

    /// "2400000", "500M", "2.5G".
    std::uint64_t bytesOf(const std::string& size)
    {
        double number = 0;
        const char* end = size.data() + size.size();
        const auto [rest, error] = std::from_chars(size.data(), end, number);
        const std::string_view unit(rest, std::size_t(end - rest));
        const double factor = unit.empty() ? 1 : unit == "M" ? 1e6 : unit == "G" ? 1e9 : 0;
        constexpr double most = 1e15;
        if (error != std::errc() || !(number * factor >= 1 && number * factor <= most))
            throw core::Error(core::text("--target-size: found ", size,
                ", expected a number of bytes, or one with M or G for 10^6 or 10^9"));
        return std::uint64_t(number * factor);
    }

    /// Throws Error where not even `least` bytes fit.
    std::uint64_t bytesThatFit(
        const RecipeArguments& options, const core::Checkpoint& checkpoint, std::uint64_t least)
    {
        const int context = options.context > 0 ? options.context : checkpoint.config().context;
        std::vector<core::Device> devices
            = core::readDevices(app::resourcesFolder() / "devices.json");
        for (core::Device& own : ownDevices())
            devices.push_back(std::move(own));
        std::string names;
        for (const core::Device& device : devices) {
            if (device.name == options.device) {
                const std::uint64_t room
                    = core::roomForWeights(device, checkpoint.config(), context);
                if (room < least)
                    throw core::Error(core::text("--fit: ", device.name, " has room for ",
                        sizeText(double(room)), " of weights at a context of ", context,
                        " tokens, expected at least ", sizeText(double(least))));
                return room;
            }
            names.append(names.empty() ? "" : ", ").append(device.name);
        }
        throw core::Error(core::text("--fit: found ", options.device, ", expected one of ", names));
    }

    /// Bytes of the tensors. Throws Error where not even the smallest mix has so few bits a weight.
    std::uint64_t bytesOfBits(const RecipeArguments& options, const core::Checkpoint& checkpoint,
        const core::MixSearch& search)
    {
        const double bytes = options.bitsPerWeight * double(checkpoint.weights()) / 8;
        if (bytes < double(search.leastBytes()))
            throw core::Error(
                core::text("--target-bpw: found ", options.bitsPerWeight, ", expected at least ",
                    8 * double(search.leastBytes()) / double(checkpoint.weights())));
        return bytes < double(search.mostBytes()) ? std::uint64_t(bytes) : search.mostBytes();
    }

    core::FileMix withinLoss(const RecipeArguments& options, const core::Checkpoint& checkpoint,
        const core::MixSearch& search, const core::Recipe& recipe)
    {
        const core::MixSearch::Mix mix = search.within(options.kld);
        if (mix.kld > options.kld)
            throw core::Error(
                core::text("--target-kld: found ", options.kld, ", expected at least ", mix.kld,
                    ", what the finest mix of these formats is predicted to lose"));
        return core::fileOf(checkpoint, mix, recipe);
    }

    core::FileMix found(const RecipeArguments& options, const core::Checkpoint& checkpoint,
        const core::MixSearch& search, const core::Recipe& recipe)
    {
        constexpr auto care = core::MixSearch::Care::Best;
        if (options.kld > 0)
            return withinLoss(options, checkpoint, search, recipe);
        if (options.bitsPerWeight > 0)
            return core::fileOf(
                checkpoint, search.under(bytesOfBits(options, checkpoint, search), care), recipe);
        const auto least = search.under(search.leastBytes(), core::MixSearch::Care::Quick);
        const std::uint64_t bytes = options.device.empty()
            ? bytesOf(options.size)
            : bytesThatFit(options, checkpoint, core::fileOf(checkpoint, least, recipe).fileBytes);
        // Where swaps follow, their rules may take some words more.
        constexpr std::uint64_t room = 512;
        return core::mixForFile(checkpoint, search, recipe,
            options.swaps > 0 ? bytes - std::min(bytes, room) : bytes, care);
    }

    /// What a size asked for has to do with what was found, where it is worth a sentence.
    std::optional<std::string> noteOf(
        const RecipeArguments& options, const core::MixSearch& search, const core::FileMix& mix)
    {
        if (options.kld > 0 || mix.mix.bytes < search.mostBytes())
            return std::nullopt;
        return "this is the finest mix of these formats: nothing larger is tried";
    }

    /// Throws Error for a file to be written that is read or is to be kept.
    void checkTargets(const RecipeArguments& options, const core::Checkpoint& checkpoint)
    {
        core::SourceFiles read = checkpoint.files();
        read.add(options.losses.text.file, "the calibration text");
        read.add(options.losses.imatrix, "the importance matrix");
        for (const std::string& file : { options.output, options.types }) {
            if (!file.empty())
                requireMayBeWritten(
                    read, file, options.overwrite ? core::Existing::Replace : core::Existing::Keep);
        }
        if (isSamePlace(options.output, options.types))
            throw core::Error(core::text("--tensor-types: found ", options.types,
                ", where the recipe goes, expected the name of another file"));
    }

    void write(const RecipeArguments& options, const core::Checkpoint& checkpoint,
        const core::FileMix& mix)
    {
        if (!options.output.empty())
            core::writeRecipe(mix.recipe, options.output);
        if (!options.types.empty())
            core::writeFileAtomically(options.types, core::tensorTypes(checkpoint, mix.plan));
    }

    /// "attn_v, ffn_down, layers 0, 3–5"
    std::string ruleText(const core::Rule& rule)
    {
        std::string words = rule.name;
        for (const core::Role role : rule.roles)
            words.append(words.empty() ? "" : ", ").append(core::roleName(role));
        if (rule.layers.empty())
            return words;
        const bool isOne = rule.layers.size() == 1 && rule.layers[0].first == rule.layers[0].last;
        return core::text(words, isOne ? ", layer " : ", layers ", core::layersText(rule.layers));
    }

    void print(const core::Checkpoint& checkpoint, const core::FileMix& mix,
        const core::PredictedKld& predicted, const std::optional<core::PresetLoss>& better)
    {
        Table table({ "tensors", "format" });
        for (const core::Rule& rule : mix.recipe.rules)
            table.addRow({ ruleText(rule), std::string(rule.format->name) });
        table.addRow({ "all others", std::string(mix.recipe.format->name) });
        table.print(std::cout);
        std::cout << '\n'
                  << sizeText(double(mix.fileBytes)) << " (" << mix.fileBytes << " bytes), "
                  << significant(core::bitsPerWeight(checkpoint, mix.plan))
                  << " bits per weight. Predicted KL divergence: " << significant(mix.mix.kld)
                  << " ± " << significant(predicted.error) << " nats a token"
                  << (predicted.isRough ? " (rough)" : "") << ".\n";
        if (better)
            std::cout << better->name << " is predicted to lose less, " << significant(better->kld)
                      << ", in " << sizeText(double(better->fileBytes)) << " (" << better->fileBytes
                      << " bytes): quantize --type " << better->name << " takes it.\n";
    }

    core::Json toJson(const core::Checkpoint& checkpoint, const core::FileMix& mix,
        const core::PredictedKld& predicted, const std::optional<core::PresetLoss>& better)
    {
        core::Json json{ { "bytes", mix.fileBytes },
            { "bits_per_weight", core::bitsPerWeight(checkpoint, mix.plan) },
            { "predicted_kld", mix.mix.kld }, { "predicted_kld_error", predicted.error },
            { "rough", predicted.isRough }, { "recipe", core::recipeToJson(mix.recipe) } };
        if (better)
            json["better_preset"] = { { "name", better->name }, { "bytes", better->fileBytes },
                { "predicted_kld", better->kld } };
        return json;
    }

    void requireTextForSwaps(const RecipeArguments& options)
    {
        if (options.swaps > 0 && options.losses.text.file.empty())
            throw core::Error("--swaps: found no --calibration, expected a text to measure on");
    }

    void recipe(const RecipeArguments& options, const core::Progress& progress)
    {
        core::MixSettings settings = settingsOf(options);
        requireTextForSwaps(options);
        const auto checkpoint = openModel(options.model);
        checkTargets(options, *checkpoint);
        requireRoles(settings, *checkpoint);
        const core::SensitivityTable table = predictedLosses(
            options.losses, checkpoint, progress.part(0, options.swaps > 0 ? 0.5 : 1));
        if (table.sequences == 0) // figures of the weights alone are of one method
            settings.figures = core::methodOf(table).value_or(settings.figures);
        const core::MixSearch search(*checkpoint, table, settings);
        core::FileMix mix = found(options, *checkpoint, search, settings.recipe);
        if (options.swaps > 0)
            mix = core::fileOf(*checkpoint,
                improvedBySwaps(*checkpoint, search, mix.mix, settings.recipe, options.swaps,
                    options.losses, progress.part(0.5, 1, "Measuring swaps")),
                settings.recipe);
        core::Recipe asPredicted = mix.recipe; // by the method whose figures were read
        asPredicted.method = settings.figures;
        const core::PredictedKld predicted
            = core::predictedKld(*checkpoint, core::planTensors(*checkpoint, asPredicted), table);
        const auto better
            = core::betterPreset(*checkpoint, table, settings.recipe, mix.fileBytes, mix.mix.kld);
        const auto note = noteOf(options, search, mix);
        write(options, *checkpoint, mix);
        if (note)
            std::cerr << "note: " << *note << '\n';
        if (!options.json)
            return print(*checkpoint, mix, predicted, better);
        core::Json json = toJson(*checkpoint, mix, predicted, better);
        json["sequences"] = table.sequences;
        json["predicted_by"] = core::methodName(settings.figures);
        if (note)
            json["note"] = *note;
        std::cout << core::jsonText(json, 2) << '\n';
    }

} // namespace

void addRecipe(CLI::App& app, Action& action)
{
    const auto options = std::make_shared<RecipeArguments>();
    CLI::App* command = app.add_subcommand(
        "recipe", "Finds the formats that lose least at a size, and writes them as a recipe");
    command->add_option("model", options->model, "Folder (safetensors) or GGUF file")->required();
    CLI::Option_group* target = command->add_option_group("target");
    target->add_option(
        "--target-size", options->size, "Largest file: bytes, or 500M, 2G (10^6, 10^9)");
    target->add_option("--target-bpw", options->bitsPerWeight, "Most bits per weight")
        ->check(positive());
    CLI::Option* fit = target->add_option("--fit", options->device,
        "Largest file that a device runs, by its name in the window (yours in its settings, too): "
        "nine tenths of its memory less keys and values");
    target->add_option("--target-kld", options->kld, "Largest predicted KL divergence")
        ->check(positive());
    target->require_option(1);
    command
        ->add_option(
            "--context", options->context, "Tokens for --fit (default: the model's context)")
        ->check(positive())
        ->needs(fit);
    addLossOptions(*command, options->losses);
    command
        ->add_option("--round", options->method,
            "Method of the recipe where it is another than the one whose losses are predicted: "
            "the order of losses by importance serves gptq")
        ->check(CLI::IsMember(core::treatmentNames()));
    command->add_option("--least", options->least,
        "ROLE=FORMAT: no tensor of that role gets less, such as attn_v=Q5_K");
    command->add_option("--most", options->most, "ROLE=FORMAT: none gets more");
    addCount(*command, "--swaps", options->swaps,
        "Then improves the mix by measuring at most so many tensors in their next finer or coarser "
        "format, each some seconds to minutes (default: none)");
    command->add_option("-o,--output", options->output, "Recipe file to write (JSON)");
    command->add_option(
        "--tensor-types", options->types, "File to write for llama-quantize's --tensor-type-file");
    command->add_flag("--overwrite", options->overwrite, "Replaces files of these names");
    command->add_flag("--json", options->json,
        "Print one JSON object: bytes, bits_per_weight, predicted_kld, predicted_kld_error, "
        "predicted_by, sequences, recipe");
    command->callback([options, &action] {
        action = [options](
                     const core::Progress& progress, ProgressLine&) { recipe(*options, progress); };
    });
}

} // namespace cli
