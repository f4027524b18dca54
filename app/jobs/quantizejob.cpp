// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/quantizejob.h"

#include "core/export/ggufexport.h"
#include "core/files/json.h"
#include "core/quant/runneeds.h"

#include <QCryptographicHash>
#include <QElapsedTimer>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace app {

namespace {

    constexpr std::size_t mostWorkFolders = 8; ///< older ones go, so that the cache stays bounded

    /// Makes room for `workFolder` beside it. What is mapped from a removed folder stays mapped.
    void prepareWorkFolder(const std::filesystem::path& workFolder)
    {
        namespace fs = std::filesystem;
        const fs::path parent = workFolder.parent_path();
        fs::create_directories(parent);
        std::vector<std::pair<fs::file_time_type, fs::path>> others;
        for (const fs::directory_entry& entry : fs::directory_iterator(parent)) {
            if (entry.is_directory() && entry.path() != workFolder)
                others.emplace_back(entry.last_write_time(), entry.path());
        }
        std::sort(others.begin(), others.end());
        for (std::size_t i = 0; i + mostWorkFolders <= others.size(); ++i)
            fs::remove_all(others[i].second);
    }

} // namespace

QString requestKey(const QuantizeRequest& request)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    const auto add = [&hash](const std::string& part) {
        hash.addData(QByteArray::fromStdString(part));
        hash.addData(QByteArrayView("\0", 1));
    };
    add(request.checkpoint->fingerprint());
    add(core::jsonText(core::recipeToJson(request.recipe)));
    add(request.calibration.file.string());
    add(std::to_string(request.calibration.length));
    add(std::to_string(request.calibration.count));
    add(request.imatrix.string());
    return QString::fromLatin1(hash.result().toHex().left(24));
}

Run quantizeNow(const QuantizeRequest& request, const core::TensorDone& tensorDone,
    const core::Progress& progress)
{
    const core::Checkpoint& checkpoint = *request.checkpoint;
    QElapsedTimer clock;
    clock.start();
    Run run;
    run.plan = core::planTensors(checkpoint, request.recipe);
    core::QuantizeOptions options;
    if (!request.imatrix.empty())
        options.importance = core::readImatrix(request.imatrix);
    if (core::needsText(
            run.plan, request.imatrix.empty() ? core::Imatrix::None : core::Imatrix::Given))
        options.calibration = readSequences(checkpoint, request.calibration);
    if (!request.workFolder.empty()) {
        prepareWorkFolder(request.workFolder);
        options.workFolder = request.workFolder;
    }
    core::QuantizedModel quantized
        = core::quantize(request.checkpoint, request.recipe, options, tensorDone, progress);
    run.title = request.title;
    run.recipe = request.recipe;
    run.reports = std::move(quantized.reports);
    run.model = std::move(quantized.checkpoint);
    run.calibration = request.calibration;
    run.imatrix = request.imatrix;
    run.workFolder = request.workFolder;
    run.fileBytes
        = core::exportedBytes(checkpoint, run.plan, { {}, {}, core::recipeText(request.recipe) });
    run.bitsPerWeight = core::bitsPerWeight(checkpoint, run.plan);
    run.seconds = double(clock.elapsed()) / 1000;
    return run;
}

core::Evaluation evaluateNow(const std::shared_ptr<const core::Checkpoint>& model,
    const std::shared_ptr<const core::Checkpoint>& original, const EvaluationSettings& settings,
    const core::Progress& progress)
{
    const bool calibrates = settings.simulation.needsCalibration();
    std::vector<std::vector<int>> calibration;
    if (calibrates)
        calibration = readSequences(*original, settings.calibration);
    const double start = calibrates ? 0.3 : 0;
    const core::Simulation simulation = core::simulate(settings.simulation, model, original,
        calibration, progress.part(0, start, "Calibrating activations"));
    return core::evaluate(*model, simulation.all.get(), original.get(),
        readSequences(*original, settings.text), progress.part(start, 1));
}

} // namespace app
