// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/balancepresenter.h"

#include "app/presenters/runrows.h"
#include "core/export/ggufexport.h"
#include "core/quant/runneeds.h"
#include "core/search/recipeloss.h"
#include "widgets/format.h"

namespace app {

namespace {

    constexpr int worthShowing = 4; ///< tensors left to measure; fewer are done at once

} // namespace

BalancePresenter::BalancePresenter(widgets::BalanceBar& bar, Session& session, Selection& selection,
    QuantizeController& quantize, RunQueue& queue, Jobs& jobs, QObject* parent)
    : QObject(parent)
    , m_bar(bar)
    , m_session(session)
    , m_selection(selection)
    , m_quantize(quantize)
    , m_queue(queue)
    , m_jobs(jobs)

{
    using widgets::BalanceBar;
    connect(&session, &Session::modelChanged, this, [this] {
        m_failed.clear();
        m_last.clear();
        fillFigures();
        fillMeasured();
        fillJob();
    });
    connect(&session, &Session::deviceChanged, this, [this] {
        fillDevices();
        fillFigures();
    });
    connect(&session, &Session::lossesChanged, this, &BalancePresenter::fillFigures);
    connect(&session.recipe(), &RecipeEditor::changed, this, [this] {
        fillFigures();
        fillMeasured();
    });
    connect(&session, &Session::textsChanged, this, &BalancePresenter::fillMeasured);
    connect(&session.runs(), &RunList::changed, this, &BalancePresenter::fillMeasured);
    connect(&selection, &Selection::tensorsChanged, this, &BalancePresenter::showLooked);
    connect(&selection, &Selection::lookedChanged, this, &BalancePresenter::showLooked);
    connect(&quantize, &QuantizeController::phaseChanged, this, &BalancePresenter::fillMeasured);
    connect(&bar, &BalanceBar::deviceChosen, &session, &Session::setDevice);
    connect(&bar, &BalanceBar::measureRequested, this, [this] {
        if (const auto run = presentRun(m_session))
            m_quantize.evaluate(run->number);
        else
            m_quantize.quantize();
    });
    connectJobs();
    fillDevices();
}

void BalancePresenter::connectJobs()
{
    using widgets::JobArea;
    connect(&m_jobs, &Jobs::started, this, [this] {
        m_failed.clear();
        fillJob();
    });
    connect(&m_jobs, &Jobs::progressed, this, &BalancePresenter::fillJob);
    connect(&m_jobs, &Jobs::finished, this, [this](JobId, const QString& title, double seconds) {
        m_last
            = tr("Last: %1, %2", "a job and its time").arg(title, widgets::durationText(seconds));
        fillJob();
    });
    connect(&m_jobs, &Jobs::cancelled, this, [this](JobId, const QString& title) {
        m_last = tr("Cancelled: %1").arg(title);
        fillJob();
    });
    connect(
        &m_jobs, &Jobs::failed, this, [this](JobId, const QString& title, const QString& reason) {
            m_failed = tr("%1 stopped", "a job").arg(title);
            m_last = reason;
            fillJob();
        });
    connect(&m_session, &Session::weightStatsChanged, this, &BalancePresenter::fillJob);
    JobArea* area = m_bar.jobArea();
    connect(&m_queue, &RunQueue::changed, this, &BalancePresenter::fillJob);
    connect(area, &JobArea::pauseRequested, &m_jobs, &Jobs::setPaused);
    connect(area, &JobArea::cancelRequested, &m_jobs, &Jobs::cancel);
    connect(area, &JobArea::showRequested, this, &BalancePresenter::showFailureRequested);
}

void BalancePresenter::fillDevices()
{
    QStringList names;
    for (const core::Device& device : m_session.devices())
        names += QString::fromStdString(device.name);
    m_bar.setDevices(names, m_session.deviceIndex());
}

void BalancePresenter::fillFigures()
{
    if (!m_session.isOpen())
        return;
    const core::Checkpoint& checkpoint = *m_session.checkpoint();
    const auto& plan = m_session.recipe().plan();
    const int context = m_session.context();
    const core::Device* device = m_session.device();
    const auto speed
        = [device](std::uint64_t bytes) { return core::tokensPerSecond(device, bytes); };

    m_figures = {};
    m_figures.context = context;
    m_figures.bytes = { double(m_session.model().fileBytes),
        double(core::exportedBytes(checkpoint, plan, exportOptions())), {} };
    m_figures.bitsPerWeight
        = { core::bitsPerWeight(checkpoint), core::bitsPerWeight(checkpoint, plan), {} };
    if (device)
        m_figures.tokensPerSecond
            = widgets::Balance{ speed(core::bytesPerToken(checkpoint, context)),
                  speed(core::bytesPerToken(checkpoint, plan, context)), {} };
    m_figures.predicted = prediction();
    showLooked();
}

core::GgufExportOptions BalancePresenter::exportOptions() const
{
    core::GgufExportOptions options;
    options.recipe = core::recipeText(m_session.recipe().recipe());
    return options;
}

void BalancePresenter::showLooked()
{
    if (!m_session.isOpen())
        return;
    const core::Checkpoint& checkpoint = *m_session.checkpoint();
    widgets::BalanceFigures figures = m_figures;
    if (const auto looked = lookedPlan(); !looked.empty()) {
        figures.bytes.looked = double(core::exportedBytes(checkpoint, looked, exportOptions()));
        figures.bitsPerWeight.looked = core::bitsPerWeight(checkpoint, looked);
        if (figures.tokensPerSecond)
            figures.tokensPerSecond->looked = core::tokensPerSecond(
                m_session.device(), core::bytesPerToken(checkpoint, looked, m_figures.context));
        if (figures.predicted)
            if (const auto then = m_session.predicted(looked))
                figures.predicted->looked = then->kld;
    }
    m_bar.setFigures(figures);
}

std::vector<core::PlannedTensor> BalancePresenter::lookedPlan() const
{
    if (const auto* plan = m_selection.lookedPlan())
        return *plan;
    if (!m_selection.looked() || m_selection.tensors().empty())
        return {};
    return m_session.recipe().planIfAssigned(m_selection.tensors(), m_selection.looked());
}

std::optional<widgets::BalancePrediction> BalancePresenter::prediction() const
{
    const auto predicted = m_session.predicted(m_session.recipe().plan());
    if (!predicted)
        return std::nullopt;
    return widgets::BalancePrediction{ predicted->kld, predicted->error, {}, predicted->isRough,
        methodTitle({ core::methodOf(*m_session.losses()).value_or(core::Method::Importance) }) };
}

void BalancePresenter::fillMeasured()
{
    if (!m_session.isOpen())
        return;
    widgets::BalanceMeasured measured;
    if (const auto run = presentRun(m_session)) {
        measured.evaluation = run->evaluation;
        measured.stale = run->evaluation && run->measuredWith != m_session.evaluationSettings();
    }
    measured.canMeasure = m_quantize.phase() == QuantizeController::Phase::Idle
        && (presentRun(m_session) ? m_quantize.whyNotEvaluate() : m_quantize.whyNotQuantize())
               .isEmpty();
    m_bar.setMeasured(measured);
}

void BalancePresenter::fillJob()
{
    if (m_jobs.state().id != 0)
        return fillRunning();
    if (!m_failed.isEmpty()) {
        m_bar.jobArea()->setFailed(m_failed, m_last);
        return;
    }
    const int missing = m_session.isOpen() ? m_session.weightStatsMissing() : 0;
    if (missing >= worthShowing) {
        const int all = int(m_session.checkpoint()->tensors().size());
        m_bar.jobArea()->setIdle(
            tr("Measuring weights: %1 of %2 tensors").arg(all - missing).arg(all));
        return;
    }
    m_bar.jobArea()->setIdle(m_queue.isHeld() && m_queue.waiting() > 0
            ? tr("The queue is held; %n runs wait.", nullptr, m_queue.waiting())
            : m_last);
}

void BalancePresenter::fillRunning()
{
    const JobState& job = m_jobs.state();
    const QueuedRun* run = m_quantize.runOf(job.id);
    const QString model = run && run->session != m_session.id() ? run->modelName : QString();
    m_bar.jobArea()->setJob({ job.title, model, job.step, job.done, job.left, job.paused });
}

} // namespace app
