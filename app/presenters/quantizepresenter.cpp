// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/quantizepresenter.h"

#include "core/quant/runneeds.h"
#include "widgets/pages/quantize/quantizepage.h"

#include <algorithm>
#include <map>

namespace app {

namespace {

    using State = widgets::QuantizePage::State;

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
    connect(&page, &QuantizePage::cancelRequested, &jobs, &Jobs::cancel);
    connect(&page, &QuantizePage::placesSelected, &selection, &Selection::choose);
}

void QuantizePresenter::connectSession()
{
    connect(&m_session, &Session::modelChanged, this, [this] {
        m_page.clearReports();
        m_page.setState(State::Ready);
        fillTensors();
        fillSettings();
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
    const auto lock = [this] {
        m_page.setLocked(
            m_jobs.state().id != 0 && m_controller.phase() != Controller::Phase::Quantizing);
    };
    connect(&m_jobs, &Jobs::started, this, lock);
    connect(&m_jobs, &Jobs::finished, this, lock);
    connect(&m_jobs, &Jobs::failed, this, lock);
    connect(&m_jobs, &Jobs::cancelled, this, lock);
    connect(&m_controller, &Controller::started, this, [this] {
        m_layersDone = 0;
        fillTensors();
        m_page.clearReports();
        m_page.setState(State::Running);
    });
    connect(&m_controller, &Controller::tensorDone, this, [this](const core::TensorReport& report) {
        m_page.addReport(report);
        if (report.place.role == core::Role::FfnDown)
            m_layersDone = report.place.layer + 1;
    });
    connect(&m_jobs, &Jobs::progressed, this, [this](const JobState& job) {
        if (m_controller.phase() == Controller::Phase::Quantizing)
            m_page.setProgress(job.done, job.step, job.elapsed, job.left.value_or(-1));
    });
    connect(&m_controller, &Controller::quantized, this, [this] {
        m_page.setState(State::Finished);
        fillSettings();
    });
    connect(&m_controller, &Controller::cancelled, this, [this](Controller::Phase phase) {
        if (phase == Controller::Phase::Quantizing)
            m_page.setState(State::Cancelled, keptText());
    });
    connect(&m_controller, &Controller::failed, this,
        [this](Controller::Phase phase, const QString& reason) {
            if (phase == Controller::Phase::Quantizing)
                m_page.setState(State::Failed, reason);
        });
}

QString QuantizePresenter::keptText() const
{
    if (m_layersDone == 0)
        return tr("No layer was finished; the recipe is unchanged.");
    return tr("%n finished layers are kept; quantizing goes on from there.", nullptr, m_layersDone);
}

void QuantizePresenter::fillTensors()
{
    m_page.setRecipeTitle(m_session.recipe().title());
    std::vector<core::Place> places;
    for (const core::PlannedTensor& planned : m_session.recipe().plan()) {
        if (isRounded(planned))
            places.push_back(planned.place);
    }
    m_page.setTensors(places);
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
    m_page.setEstimate({ m_controller.quantizeEstimate(), memoryEstimate(), diskEstimate() });
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

double QuantizePresenter::memoryEstimate() const
{
    const core::ModelConfig& config = m_session.checkpoint()->config();
    const TextSettings& text = m_session.calibration();
    const double tokens = double(text.count) * text.length;
    if (text.count == 0)
        return -1;
    std::map<int, double> layerWeights;
    for (const core::Tensor& tensor : m_session.checkpoint()->tensors())
        layerWeights[tensor.place.layer] += double(tensor.weights());
    double largest = 0;
    for (const auto& [layer, weights] : layerWeights)
        largest = std::max(largest, layer < 0 ? 0 : weights);
    const double widest = std::max(config.hidden, config.feedForward);
    return 4 * tokens * config.hidden // the hidden states
        + 2 * 4 * largest // a layer's weights as floats, and their rounded twins
        + 3 * 8 * widest * widest; // Hessian, its factor and its inverse in double
}

double QuantizePresenter::diskEstimate() const
{
    return double(core::roundedBytes(*m_session.checkpoint(), m_session.recipe().plan()));
}

} // namespace app
