// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/quantizepresenter.h"

#include "core/quant/runneeds.h"
#include "core/quant/textneeds.h"
#include "widgets/notcomputed.h"
#include "widgets/pages/quantize/quantizepage.h"
#include "widgets/pages/selectedtensor.h"

#include <algorithm>

namespace app {

namespace {

    using PageState = widgets::QuantizePage::State;

    bool isRounded(const core::PlannedTensor& planned)
    {
        return core::isMatrix(planned.place.role) && !planned.keeps;
    }

} // namespace

QuantizePresenter::QuantizePresenter(widgets::QuantizePage& page, Session& session,
    Selection& selection, QuantizeController& controller, Jobs& jobs, QObject* parent)
    : QObject(parent)
    , m_page(page)
    , m_session(session)
    , m_controller(controller)
    , m_jobs(jobs)
{
    connectSession();
    connectRun();
    using widgets::QuantizePage;
    connect(&page, &QuantizePage::settingsChanged, this, &QuantizePresenter::take);
    connect(&page, &QuantizePage::quantizeRequested, &controller, &QuantizeController::quantize);
    connect(&page, &QuantizePage::resumeRequested, this, [this] {
        if (const QueuedRun* run = m_controller.interrupted())
            m_controller.resume(run->id);
    });
    connect(&page, &QuantizePage::discardRequested, this, [this] {
        if (const QueuedRun* run = m_controller.interrupted())
            m_controller.discard(run->id);
        m_page.setState(PageState::Ready);
        showStanding();
    });
    connect(&page, &QuantizePage::cancelRequested, &jobs, &Jobs::cancel);
    connect(&page, &QuantizePage::placesSelected, &selection, &Selection::choose);
}

void QuantizePresenter::connectSession()
{
    connect(&m_session, &Session::modelChanged, this, [this] {
        m_page.clearReports();
        m_page.setState(PageState::Ready);
        fillTensors();
        fillSettings();
        showStanding();
    });
    connect(&m_session.recipe(), &RecipeEditor::changed, this, [this] {
        if (!m_session.isOpen())
            return;
        if (m_controller.phase() != QuantizeController::Phase::Quantizing)
            fillTensors();
        fillSettings();
    });
    connect(&m_session, &Session::textsChanged, this, &QuantizePresenter::fillSettings);
}

void QuantizePresenter::connectRun()
{
    using Controller = QuantizeController;
    connect(&m_controller, &Controller::phaseChanged, this,
        [this] { m_page.setBusy(m_controller.isBusy()); });
    connect(&m_controller, &Controller::started, this, [this] {
        fillTensors();
        m_page.clearReports();
        m_page.setState(PageState::Running);
    });
    connect(&m_controller, &Controller::tensorDone, this,
        [this](const core::TensorReport& report) { m_page.addReport(report); });
    connect(&m_jobs, &Jobs::progressed, this, [this](const JobState& job) {
        if (m_controller.phase() == Controller::Phase::Quantizing)
            m_page.setProgress(job.done, job.step, job.elapsed, job.left.value_or(-1));
    });
    connect(&m_controller, &Controller::quantized, this, [this] {
        m_page.setState(PageState::Finished);
        fillSettings();
    });
    connect(&m_controller, &Controller::cancelled, this, [this](Controller::Phase phase) {
        if (phase == Controller::Phase::Quantizing)
            showStanding();
    });
    connect(&m_controller, &Controller::failed, this,
        [this](Controller::Phase phase, const QString& reason) {
            if (phase == Controller::Phase::Quantizing)
                m_page.setState(PageState::Failed, reason);
        });
}

QString layersDoneText(const QueuedRun& run)
{
    const int layers = run.parts - 2; // without embedding and output
    const int done = std::clamp(run.partsDone - 1, 0, std::max(0, layers));
    return done == 0
        ? QuantizePresenter::tr("No layer was finished; the recipe is unchanged.")
        : QuantizePresenter::tr("%1 of %n layers are done and kept.", nullptr, layers).arg(done);
}

/// What an earlier run of this model left, or a run that goes on.
void QuantizePresenter::showStanding()
{
    using Phase = QuantizeController::Phase;
    if (m_controller.phase() == Phase::Quantizing)
        return m_page.setState(PageState::Running);
    const QueuedRun* run = m_controller.interrupted();
    if (!run)
        return;
    const bool failed = run->state == QueuedRun::State::Failed;
    m_page.setState(failed ? PageState::Failed : PageState::Cancelled,
        failed ? run->reason : layersDoneText(*run), run->title);
}

void QuantizePresenter::fillTensors()
{
    m_page.setRecipeTitle(m_session.recipe().title());
    std::vector<core::Place> places;
    QStringList names;
    const auto& plan = m_session.recipe().plan();
    for (std::size_t i = 0; i < plan.size(); ++i) {
        if (!isRounded(plan[i]))
            continue;
        places.push_back(plan[i].place);
        names += widgets::tensorName(m_session.checkpoint()->tensors()[i]);
    }
    m_page.setTensors(places, names);
}

void QuantizePresenter::fillSettings()
{
    if (!m_session.isOpen())
        return;
    const TextSettings& text = m_session.calibration();
    widgets::QuantizeSettings settings;
    settings.treatment = m_session.recipe().recipe().treatment();
    settings.calibrationFile = QString::fromStdString(text.file.string());
    settings.length = text.length;
    settings.sequences = text.count;
    settings.encoder = m_session.recipe().recipe().encoder;
    settings.gptq = m_session.recipe().recipe().gptq;
    settings.imatrixFile = QString::fromStdString(m_session.imatrix().string());
    m_page.setSettings(settings);
    m_page.setTextNotes(m_textNotes.of(text));
    widgets::QuantizeEstimate estimate{ m_controller.forecast().roundingSeconds(),
        m_controller.forecast().memory(), diskEstimate() };
    const auto& plan = m_session.recipe().plan();
    for (std::size_t i = 0; i < plan.size(); ++i) {
        const core::Tensor& tensor = m_session.checkpoint()->tensors()[i];
        if (!isRounded(plan[i]))
            continue;
        estimate.roundedAgain += core::isRoundedAgain(plan[i], tensor);
        estimate.grown += core::plannedBytes(plan[i], tensor) > core::storedSize(tensor);
    }
    const std::int64_t tokens = std::int64_t(text.count) * text.length;
    if (tokens > 0 && !text.file.empty()) // all of a text: its length is not known yet
        estimate.text = core::textNeeds(*m_session.checkpoint(), plan, tokens);
    m_page.setEstimate(estimate);
    fillWhyNot();
}

void QuantizePresenter::fillWhyNot()
{
    const core::Checkpoint& checkpoint = *m_session.checkpoint();
    m_page.setWhyNoText(checkpoint.isComputed() ? QString() : widgets::whyNoText(checkpoint));
    m_page.setWhyNot(m_controller.whyNotQuantize());
}

void QuantizePresenter::take(const widgets::QuantizeSettings& settings)
{
    m_session.setImatrix(settings.imatrixFile.toStdString());
    m_session.setCalibration(
        { settings.calibrationFile.toStdString(), settings.length, settings.sequences });
    m_session.recipe().setTreatment(settings.treatment);
    m_session.recipe().setEncoder(settings.encoder);
    m_session.recipe().setGptq(settings.gptq);
}

double QuantizePresenter::diskEstimate() const
{
    return double(core::roundedBytes(*m_session.checkpoint(), m_session.recipe().plan()));
}

} // namespace app
