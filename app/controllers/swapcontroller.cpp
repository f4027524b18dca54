// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/swapcontroller.h"

#include "core/export/filemix.h"
#include "core/search/measuredswaps.h"
#include "core/search/recipeloss.h"
#include "core/search/sensitivity.h"
#include "widgets/notcomputed.h"

#include <QPointer>

#include <utility>

namespace app {

namespace {

    constexpr int mostMeasured = 60; ///< tensors

    /// What is improved.
    struct SwapRequest {
        std::shared_ptr<const core::Checkpoint> checkpoint;
        std::shared_ptr<const core::SensitivityTable> losses;
        core::Recipe recipe;
        std::vector<core::PlannedTensor> plan;
        TextSettings text;
    };

    SwapController::Improvement improvedRecipe(
        const SwapRequest& request, const core::Progress& progress)
    {
        const core::Checkpoint& checkpoint = *request.checkpoint;
        core::MixSettings mixing;
        mixing.formats = core::usualSensitivityFormats();
        mixing.figures = core::methodOf(*request.losses).value_or(core::Method::Importance);
        const core::MixSearch search(checkpoint, *request.losses, mixing);
        const auto mix = core::mixOf(checkpoint, search, request.plan);
        const core::SwapSettings settings
            = core::swapSettings(checkpoint, readSequences(checkpoint, request.text),
                request.recipe, mostMeasured, {}, progress.part(0, 0.05));
        const core::SwappedMix swapped
            = core::improveBySwaps(checkpoint, search, mix, settings, progress.part(0.05, 1));
        return { request.recipe, core::fileOf(checkpoint, swapped.mix, request.recipe).recipe,
            swapped.measured, swapped.changed, swapped.before.kld, swapped.after.kld };
    }

} // namespace

SwapController::SwapController(Jobs& jobs, Session& session, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_session(session)
    , m_job(jobs, session)
{
    connect(&m_job, &SessionJob::changed, this, &SwapController::runningChanged);
    connect(&m_job, &SessionJob::failed, this, &SwapController::failed);
}

void SwapController::improve()
{
    if (!whyNot().isEmpty())
        return;
    m_job.begin();
    const SwapRequest request{ m_session.checkpoint(), m_session.losses(),
        m_session.recipe().recipe(), m_session.recipe().plan(), m_session.calibration() };
    m_job.follow(m_jobs.start(
        tr("Improving the recipe by measuring"),
        [request](const core::Progress& progress) { return improvedRecipe(request, progress); },
        [guard = QPointer(this), session = m_session.id()](const Improvement& improvement) {
            if (guard && session == guard->m_session.id())
                guard->take(improvement);
        }));
}

void SwapController::take(const Improvement& improvement)
{
    const bool isUnchanged
        = core::recipeToJson(m_session.recipe().recipe()) == core::recipeToJson(improvement.from);
    if (!isUnchanged)
        return emit failed(tr("The recipe was edited while it was measured, and stays as it is."));
    if (improvement.changed > 0)
        m_session.recipe().replace(improvement.to, tr("Improve by measuring"));
    emit improved(improvement);
}

QString SwapController::whyNot() const
{
    if (!m_session.isOpen())
        return tr("No model is open.");
    if (const QString reason = widgets::whyNoText(*m_session.checkpoint()); !reason.isEmpty())
        return reason;
    if (!m_session.losses() || m_session.losses()->sequences == 0)
        return tr("Losses are not predicted on a text yet: page 4 does it.");
    if (m_session.calibration().file.empty())
        return tr("A calibration text is needed.");
    if (!m_job.isRunning())
        return {};
    return m_job.isRunningHere() ? tr("The recipe is being measured.")
                                 : tr("The recipe of another model is being measured.");
}

} // namespace app
