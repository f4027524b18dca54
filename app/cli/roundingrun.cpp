// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/roundingrun.h"

#include "app/cli/input.h"
#include "app/cli/usualshelf.h"
#include "core/measure/evaluation.h"
#include "core/quant/textneeds.h"

#include <iostream>
#include <system_error>

namespace cli {

RoundingResult carryOut(const RoundingRun& run, const core::Progress& progress, ProgressLine& line)
{
    const double rounded = run.chunks.empty() ? 0.95 : 0.7;
    core::QuantizedModel model = core::quantize(
        run.checkpoint, run.recipe, run.quantizing, {}, progress.part(0, rounded, "Quantizing"));
    line.setForecast({});
    RoundingResult result{ std::move(model.reports), {}, {} };
    if (run.target)
        result.file = core::exportGguf(
            *model.checkpoint, *run.target, run.exported, progress.part(rounded, rounded + 0.05));
    if (!run.chunks.empty())
        result.evaluation = core::evaluate(*model.checkpoint, run.checkpoint.get(), run.chunks,
            progress.part(rounded + 0.05, 1, "Evaluating"));
    return result;
}

void checkTarget(const core::ExportTarget& target, const core::Checkpoint& checkpoint,
    const core::GgufPlan& plan)
{
    for (const std::filesystem::path& file : plan.files(target.file))
        requireMayBeWritten(target.read, file, target.existing);
    core::checkExportTarget(checkpoint, target, plan);
}

std::shared_ptr<const core::Shelf> shelfWithRoom(
    const std::string& workFolder, Keeping keeping, std::uint64_t bytes)
{
    if (!workFolder.empty())
        return std::make_shared<const core::Shelf>(workFolder);
    auto shelf = keeping == Keeping::None ? nullptr : usualShelf();
    std::error_code error;
    const auto space
        = shelf ? std::filesystem::space(shelf->folder(), error) : std::filesystem::space_info{};
    if (!shelf || error || space.available > bytes + bytes / 8)
        return shelf;
    std::cerr << "Finished layers are not kept: " << shelf->folder().string() << " has "
              << sizeText(double(space.available)) << " free, they take " << sizeText(double(bytes))
              << " (--work-folder names another place)\n";
    return nullptr;
}

void sayLittleText(const core::Checkpoint& checkpoint, const std::vector<core::PlannedTensor>& plan,
    const std::vector<std::vector<int>>& calibration)
{
    if (calibration.empty())
        return;
    const auto tokens = std::int64_t(calibration.size() * calibration.front().size());
    const std::string sentence
        = core::littleTextSentence(core::textNeeds(checkpoint, plan, tokens));
    if (!sentence.empty())
        std::cerr << sentence << '\n';
}

void sayAlreadyQuantized(
    const core::Checkpoint& checkpoint, const std::vector<core::PlannedTensor>& plan)
{
    const auto source = core::quantizedSource(checkpoint);
    int again = 0;
    for (std::size_t i = 0; i < plan.size(); ++i)
        again += core::isRoundedAgain(plan[i], checkpoint.tensors()[i]);
    if (again == 0)
        return;
    std::string kinds;
    for (const std::string& kind : source->kinds)
        kinds.append(kinds.empty() ? "" : ", ").append(kind);
    std::cerr << "This model is already quantized (" << kinds << ": " << source->tensors << " of "
              << checkpoint.tensors().size() << " tensors), and " << again
              << " are rounded a second time, which adds to its loss; the original would be "
                 "better. What stays as it is (--type source) is copied byte for byte.\n";
}

} // namespace cli
