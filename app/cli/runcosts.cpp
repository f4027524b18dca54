// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/runcosts.h"

#include "core/base/error.h"
#include "core/base/machinememory.h"
#include "core/base/text.h"
#include "core/quant/memoryobstacle.h"
#include "core/quant/runclock.h"
#include "core/quant/runneeds.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>

namespace cli {

namespace {

    core::RunShape shapeOf(const core::Checkpoint& checkpoint,
        const std::vector<core::PlannedTensor>& plan, const core::Recipe& recipe,
        const core::QuantizeOptions& options)
    {
        const auto imatrix
            = options.importance.empty() ? core::Imatrix::None : core::Imatrix::Given;
        const bool reads = core::needsText(plan, imatrix);
        return core::runShape(checkpoint, plan, recipe.gptq,
            reads ? core::textOf(options.calibration) : core::RunText(), imatrix);
    }

} // namespace

RunCosts expectedCosts(const core::Checkpoint& checkpoint,
    const std::vector<core::PlannedTensor>& plan, const core::Recipe& recipe,
    const core::QuantizeOptions& options, double before, double fileBytes,
    const core::Progress& progress)
{
    const core::RunShape shape = shapeOf(checkpoint, plan, recipe, options);
    RunCosts costs;
    costs.memory = core::runMemory(shape);
    const double writing = fileBytes > 0 ? core::exportMemory(shape, fileBytes) : 0;
    costs.peakBytes = before + std::max(costs.memory.total(), writing);
    costs.obstacle = core::memoryObstacle(costs.memory, before, double(core::mostMemory()));
    costs.work = core::runWork(shape, core::measureSpeed(shape, progress));
    return costs;
}

void requireFits(const std::string& model, const RunCosts& costs)
{
    if (!costs.obstacle.empty())
        throw core::Error(core::text(model, ": ", costs.obstacle));
}

std::string costsText(const RunCosts& costs)
{
    return core::text("Rounding takes about ", durationText(costs.work.total()), " here and ",
        sizeText(costs.peakBytes), " of memory, ", sizeText(costs.memory.source),
        " of it pages of the model's file, which the system takes back where memory is short.",
        costs.obstacle.empty() ? "" : " It would be refused: ", costs.obstacle,
        costs.obstacle.empty() ? "" : ".");
}

core::Json costsToJson(const RunCosts& costs)
{
    const core::RunMemory& memory = costs.memory;
    return { { "seconds", costs.work.total() }, { "memory_bytes", costs.peakBytes },
        { "fits", costs.obstacle.empty() },
        { "memory",
            { { "states", memory.states }, { "weights", memory.weights },
                { "activations", memory.activations }, { "sums", memory.sums },
                { "rounding", memory.rounding }, { "products", memory.products },
                { "kept", memory.kept }, { "source", memory.source } } } };
}

void attachClock(core::QuantizeOptions& options, const RunCosts& costs, std::uint64_t keptBytes,
    ProgressLine& line)
{
    using Clock = std::chrono::steady_clock;
    struct State {
        core::RunClock clock;
        Clock::time_point start = Clock::now();
        double seconds() const
        {
            return std::chrono::duration<double>(Clock::now() - start).count();
        }
    };
    const auto state = std::make_shared<State>();
    options.partsKnown = [state, shelf = options.shelf, work = costs.work, keptBytes](
                             const std::vector<core::RunPart>& parts) {
        state->clock = core::RunClock(work, parts, shelf.get());
        std::set<std::string> kept;
        for (const core::RunPart& part : parts)
            kept.insert(part.key);
        if (shelf)
            shelf->trim(keptBytes, kept);
    };
    options.partDone = [state](int done, int) { state->clock.partDone(done, state->seconds()); };
    line.setForecast([state] { return state->clock.left(state->seconds()); });
}

} // namespace cli
