// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/runrows.h"

#include "core/quant/runneeds.h"

#include <QCoreApplication>

#include <algorithm>
#include <set>

namespace app {

namespace {

    /// What the checkpoint's matrices are stored as: "BF16", "Q4_1, Q8_0".
    QString formatsOf(const core::Checkpoint& checkpoint)
    {
        std::set<std::string> names;
        for (const core::Tensor& tensor : checkpoint.tensors()) {
            if (core::isMatrix(tensor.place.role))
                names.insert(core::storedAs(tensor));
        }
        QStringList list;
        for (const std::string& name : names)
            list += QString::fromStdString(name);
        return list.join(QStringLiteral(", "));
    }

    /// What the latest evaluation says of the original itself.
    std::optional<core::Evaluation> referenceOf(const Session& session)
    {
        const auto& runs = session.runs().runs();
        const auto measured = std::find_if(runs.rbegin(), runs.rend(), [&](const auto& run) {
            return run->evaluation && run->evaluation->against
                && run->measuredWith == session.evaluationSettings();
        });
        if (measured == runs.rend())
            return std::nullopt;
        const core::Evaluation& evaluation = *(*measured)->evaluation;
        core::Evaluation reference = evaluation;
        reference.perplexity = evaluation.against->referencePerplexity;
        reference.perplexityError = evaluation.against->referencePerplexityError;
        reference.against.reset();
        return reference;
    }

    widgets::RunRow originalRow(const Session& session)
    {
        const core::Checkpoint& checkpoint = *session.checkpoint();
        widgets::RunRow row;
        row.title = QCoreApplication::translate("app::RunRows", "Original");
        row.method = formatsOf(checkpoint);
        row.fileBytes = session.model().fileBytes;
        row.bitsPerWeight = core::bitsPerWeight(checkpoint);
        row.tokensPerSecond = core::tokensPerSecond(
            session.device(), core::bytesPerToken(checkpoint, session.context()));
        row.evaluation = referenceOf(session);
        row.evaluationText = textDescription(session.evaluation());
        return row;
    }

    void describeFile(widgets::RunRow& row, const AddedFile& file)
    {
        using State = AddedFile::State;
        row.path = QString::fromStdString(file.path.string());
        if (file.state == State::Changed)
            row.warning = QCoreApplication::translate(
                "app::RunRows", "The file has changed since it was measured.");
        else if (file.state == State::Gone)
            row.warning = QCoreApplication::translate("app::RunRows",
                "The file is no longer there; its measurement is kept, its text cannot be "
                "written.");
    }

    widgets::RunRow runRow(const Session& session, const Run& run, const Run* present)
    {
        widgets::RunRow row;
        row.number = run.number;
        row.title = run.title;
        row.isFile = run.file.has_value();
        row.method = row.isFile
            ? QCoreApplication::translate("app::RunRows", "file", "a file that was added")
            : methodTitle(run.recipe.treatment());
        if (row.isFile)
            describeFile(row, *run.file);
        row.fileBytes = run.fileBytes;
        row.bitsPerWeight = run.bitsPerWeight;
        row.tokensPerSecond = core::tokensPerSecond(session.device(),
            core::bytesPerToken(*session.checkpoint(), run.plan, session.context()));
        row.evaluation = run.evaluation;
        row.evaluationText = evaluationDescription(run.measuredWith);
        row.stale = run.evaluation
            && (run.measuredWith != session.evaluationSettings() || run.isOutdated());
        row.isRecipe = &run == present;
        return row;
    }

} // namespace

std::shared_ptr<const Run> presentRun(const Session& session)
{
    const auto run = session.runs().matching(session.recipe().recipe());
    if (!run || run->calibration != session.calibration() || run->imatrix != session.imatrix())
        return nullptr;
    return run;
}

std::vector<widgets::RunRow> runRows(const Session& session)
{
    const auto present = presentRun(session);
    std::vector<widgets::RunRow> rows{ originalRow(session) };
    for (const auto& run : session.runs().runs())
        rows.push_back(runRow(session, *run, present.get()));
    return rows;
}

} // namespace app
