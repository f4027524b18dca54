// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/quantizejob.h"

#include "app/jobs/addedfile.h"
#include "app/session/sessionstate.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/export/ggufexport.h"
#include "core/quant/runneeds.h"

#include <QElapsedTimer>

#include <nlohmann/json.hpp>

#include <set>
#include <string>
#include <utility>

namespace app {

namespace {

    constexpr int evaluationVersion = 2; // raise it when the same settings give other figures

    core::QuantizeOptions optionsOf(const QuantizeRequest& request,
        const core::Checkpoint& checkpoint, const std::vector<core::PlannedTensor>& plan)
    {
        core::QuantizeOptions options;
        if (!request.imatrix.empty())
            options.importance = core::readImatrix(request.imatrix);
        if (core::needsText(
                plan, request.imatrix.empty() ? core::Imatrix::None : core::Imatrix::Given))
            options.calibration = readSequences(checkpoint, request.calibration);
        options.shelf = request.shelf;
        return options;
    }

    void makeRoom(
        const core::Shelf& shelf, std::uint64_t bytes, const std::vector<core::RunPart>& parts)
    {
        std::set<std::string> kept;
        for (const core::RunPart& part : parts)
            kept.insert(part.key);
        shelf.trim(bytes, kept);
    }

    /// What is kept of a finished run.
    void fill(Run& run, const QuantizeRequest& request, core::QuantizedModel quantized,
        const core::Checkpoint& checkpoint)
    {
        run.title = request.title;
        run.recipe = request.recipe;
        run.reports = std::move(quantized.reports);
        run.plan = std::move(quantized.plan);
        run.model = std::move(quantized.checkpoint);
        run.calibration = request.calibration;
        run.imatrix = request.imatrix;
        if (request.shelf)
            for (const core::RunPart& part : quantized.parts)
                run.parts.push_back(part.key);
        run.fileBytes = core::exportedBytes(
            checkpoint, run.plan, { {}, {}, core::recipeText(request.recipe) });
        run.bitsPerWeight = core::bitsPerWeight(checkpoint, run.plan);
    }

    /// What a run does that finds some of its parts, where that is most of the whole: the rest says
    /// little of how long such runs take.
    double learntFrom(const core::RunShape& shape, const std::vector<core::RunPart>& parts,
        const core::Shelf* shelf)
    {
        std::vector<bool> found;
        for (const core::RunPart& part : parts)
            found.push_back(shelf && shelf->has(part.key));
        const core::RunWork whole = core::runWork(shape, core::RoundingSpeed());
        const double done = whole.without(found).total();
        return done > 0.5 * whole.total() ? done : 0;
    }

    std::shared_ptr<const Run> readKept(const KeptRun& kept, const core::Checkpoint& original)
    {
        const std::string place = kept.session.string();
        const SessionState state = sessionFromJson(core::readJson(kept.session), original, place);
        for (const auto& run : state.runs)
            if (run->number == kept.number)
                return run;
        throw core::Error(core::text(place, ": has no run ", kept.number, " to measure any more"));
    }

    /// The key of a measurement; nothing where the run's layers are on no shelf.
    std::optional<std::string> keyOf(const Run& run, const core::Checkpoint& original,
        const std::vector<std::vector<int>>& chunks,
        const std::vector<std::vector<int>>& calibration, const core::SimulationOptions& simulation)
    {
        if (run.parts.empty() && !run.file)
            return std::nullopt;
        return core::Shelf::keyOf({ { "kind", "evaluation" }, { "version", evaluationVersion },
            { "parts", run.parts }, { "file", run.file ? run.file->content : std::string() },
            { "original", core::contentKey(original) }, { "text", chunks },
            { "calibration", calibration }, { "simulation", core::simulationToJson(simulation) } });
    }

} // namespace

core::RunShape runShape(const core::Checkpoint& checkpoint,
    const std::vector<core::PlannedTensor>& plan, const core::GptqOptions& gptq, core::RunText text,
    const std::filesystem::path& imatrix)
{
    const auto given = imatrix.empty() ? core::Imatrix::None : core::Imatrix::Given;
    return core::runShape(
        checkpoint, plan, gptq, core::needsText(plan, given) ? text : core::RunText(), given);
}

double usualWork(const core::RunShape& shape)
{
    return core::runWork(shape, core::RoundingSpeed()).total();
}

QuantizedRun quantizeNow(const QuantizeRequest& request, const QuantizeListener& listener,
    const core::Progress& progress)
{
    QElapsedTimer clock;
    clock.start();
    QuantizedRun result;
    result.original
        = request.checkpoint ? request.checkpoint : core::Checkpoint::open(request.model);
    const core::Checkpoint& checkpoint = *result.original;
    Run& run = result.run;
    run.plan = core::planTensors(checkpoint, request.recipe);
    core::QuantizeOptions options = optionsOf(request, checkpoint, run.plan);
    const core::RunShape shape = runShape(checkpoint, run.plan, request.recipe.gptq,
        core::textOf(options.calibration), request.imatrix);
    const core::RunWork expected
        = core::runWork(shape, core::measureSpeed(shape, progress.part(0, 0)));
    options.partsKnown = [&](const std::vector<core::RunPart>& parts) {
        if (request.shelf)
            makeRoom(*request.shelf, core::roundedBytes(checkpoint, run.plan), parts);
        const core::RunClock runClock(expected, parts, request.shelf.get());
        result.work = learntFrom(shape, parts, request.shelf.get());
        if (listener.expected)
            listener.expected(runClock);
    };
    options.partDone = [&listener](int done, int all) {
        if (listener.partDone)
            listener.partDone({ done, all });
    };
    core::QuantizedModel quantized
        = core::quantize(result.original, request.recipe, options, listener.tensorDone, progress);
    fill(run, request, std::move(quantized), checkpoint);
    run.seconds = double(clock.elapsed()) / 1000;
    return result;
}

std::shared_ptr<const core::Checkpoint> modelOf(const Run& run, const core::Shelf* shelf,
    const std::shared_ptr<const core::Checkpoint>& original)
{
    if (run.model)
        return run.model;
    if (run.file)
        return openAdded(*run.file);
    if (auto model
        = shelf && !run.parts.empty() ? core::modelOfParts(*shelf, run.parts, original) : nullptr)
        return model;
    throw core::Error(core::text("the rounded layers of \"", run.title.toStdString(),
        "\" are no longer kept in the cache; quantize its recipe again"));
}

MeasuredRun evaluateNow(const EvaluateRequest& request, const core::Progress& progress)
{
    const auto original
        = request.original ? request.original : core::Checkpoint::open(request.path);
    const auto run = request.run ? request.run : readKept(request.kept, *original);
    if (run->file)
        (void)openAdded(*run->file); // a measurement of what was there before would be found
    const EvaluationSettings& settings = request.settings;
    const auto chunks = readSequences(*original, settings.text);
    const bool calibrates = settings.simulation.needsCalibration();
    std::vector<std::vector<int>> calibration;
    if (calibrates)
        calibration = readSequences(*original, settings.calibration);
    const core::Shelf* shelf = request.shelf.get();
    const auto key
        = shelf ? keyOf(*run, *original, chunks, calibration, settings.simulation) : std::nullopt;
    if (auto found = key ? findEvaluation(*shelf, *key) : std::nullopt)
        return { *std::move(found), *key };

    const auto model = modelOf(*run, shelf, original);
    const double start = calibrates ? 0.3 : 0;
    const core::Simulation simulation = core::simulate(settings.simulation, model, original,
        calibration, progress.part(0, start, "Calibrating activations"));
    core::Evaluation evaluation = core::evaluate(
        *model, simulation.all.get(), original.get(), chunks, progress.part(start, 1));
    if (key)
        keepEvaluation(*shelf, *key, evaluation,
            core::text(original->config().name, ", ", run->title.toStdString(), " on ",
                settings.text.file.filename().string()));
    return { std::move(evaluation), key.value_or("") };
}

} // namespace app
