// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/addedfile.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/measure/comparedfile.h"
#include "core/measure/tensordifferences.h"
#include "core/quant/runneeds.h"
#include "core/model/modelkey.h"

#include <algorithm>
#include <utility>

namespace app {

namespace {

    namespace fs = std::filesystem;

    const core::Format* formatOf(const core::Tensor& tensor)
    {
        return core::gridOf(tensor).empty() ? tensor.format : core::formatAsInFile(tensor);
    }

    /// What the file has, without errors; what it lacks is the original's own.
    void describeTensors(Run& run, const core::Checkpoint& model, const core::Checkpoint& original)
    {
        for (const core::Tensor& tensor : original.tensors()) {
            const core::Tensor* other = model.find(std::string_view(tensor.name));
            core::PlannedTensor& planned = run.plan.emplace_back();
            planned.place = tensor.place;
            planned.format = planned.wanted = formatOf(other ? *other : tensor);
            planned.keeps = true;
            if (!other)
                continue;
            core::TensorReport& report = run.reports.emplace_back();
            report.place = tensor.place;
            report.name = tensor.name;
            report.format = planned.format;
        }
    }

    QString titleOf(const fs::path& path)
    {
        const bool isGguf = path.extension() == ".gguf";
        return QString::fromStdString((isGguf ? path.stem() : path.filename()).string());
    }

} // namespace

Run addedRun(const fs::path& path, const core::Checkpoint& original)
{
    const fs::path whole = fs::absolute(path).lexically_normal();
    const core::ComparedFile file
        = core::comparedFile(whole, core::Checkpoint::open(whole), original);
    if (core::contentKey(*file.model) == core::contentKey(original))
        throw core::Error(
            core::text(whole.string(), ": is the original itself, which has a row already"));
    Run run;
    run.title = titleOf(whole);
    run.recipe.name = run.title.toStdString();
    run.recipe.method = core::Method::RoundToNearest;
    describeTensors(run, *file.model, original);
    run.fileBytes = file.bytes;
    run.bitsPerWeight = core::bitsPerWeight(*file.model);
    run.file = AddedFile{ whole, core::contentKey(*file.model), {} };
    return run;
}

std::shared_ptr<const core::Checkpoint> openAdded(const AddedFile& file)
{
    auto model = core::Checkpoint::open(file.path);
    if (core::contentKey(*model) != file.content)
        throw core::Error(core::text(
            file.path.string(), ": has changed since it was added; measure it again as it is now"));
    return model;
}

AddedFile::State stateOf(const AddedFile& file)
{
    std::error_code none;
    if (!fs::exists(file.path, none))
        return AddedFile::State::Gone;
    try { // whatever it is now, it is not what was measured
        (void)openAdded(file);
    } catch (const core::Error&) {
        return AddedFile::State::Changed;
    }
    return AddedFile::State::Same;
}

std::vector<core::TensorReport> comparedReports(
    const AddedFile& file, const core::Checkpoint& original, const core::Progress& progress)
{
    const auto model = openAdded(file);
    const core::TensorDifferences differences = core::tensorDifferences(*model, original, progress);
    std::vector<core::TensorReport> reports;
    for (const core::TensorDifference& difference : differences.tensors) {
        core::TensorReport& report = reports.emplace_back();
        report.place = original.find(std::string_view(difference.name))->place;
        report.name = difference.name;
        report.format = formatOf(*model->find(std::string_view(difference.name)));
        report.outputError = difference.relativeError();
    }
    return reports;
}

} // namespace app
