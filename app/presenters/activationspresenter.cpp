// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/activationspresenter.h"

#include "app/presenters/selectedtensors.h"
#include "widgets/messagebar.h"
#include "widgets/pages/activations/activationspage.h"

namespace app {

namespace {

    widgets::ActivationSettings settingsOf(const TextSettings& text)
    {
        return { QString::fromStdString(text.file.string()),
            QString::fromStdString(text.file.filename().string()), text.count, text.length };
    }

} // namespace

ActivationsPresenter::ActivationsPresenter(widgets::ActivationsPage& page, Session& session,
    Selection& selection, ActivationController& controller, QObject* parent)
    : QObject(parent)
    , m_page(page)
    , m_session(session)
    , m_selection(selection)
    , m_controller(controller)
{
    connect(&session, &Session::activationsChanged, this, [this] {
        fillMeasured();
        fillSelection();
    });
    connect(&session, &Session::textsChanged, this, [this] {
        fillSettings();
        fillMeasured();
    });
    connect(&session, &Session::thresholdChanged, this,
        [this] { m_page.setThreshold(m_session.threshold()); });
    connect(&session, &Session::weightStatsChanged, this, &ActivationsPresenter::fillSelection);
    connect(&selection, &Selection::tensorsChanged, this, &ActivationsPresenter::fillSelection);
    connect(&selection, &Selection::markedChannelChanged, this,
        [this] { m_page.setMarkedChannel(m_selection.markedChannel()); });
    connect(&controller, &ActivationController::runningChanged, this, [this] {
        m_page.setRunning(m_controller.isRunning());
        fillSettings();
    });
    connect(&controller, &ActivationController::failed, this, [this](const QString& reason) {
        m_page.message()->setMessage(
            widgets::MessageBar::Kind::Failure, reason, tr("What was measured before is kept."));
    });
    connectPage();
}

void ActivationsPresenter::connectPage()
{
    using widgets::ActivationsPage;
    connect(&m_page, &ActivationsPage::measureRequested, this,
        [this](const widgets::ActivationSettings& settings) {
            take(settings);
            m_page.message()->clear();
            m_controller.measure();
        });
    connect(&m_page, &ActivationsPage::settingsChanged, this, &ActivationsPresenter::take);
    connect(&m_page, &ActivationsPage::thresholdChosen, &m_session, &Session::setThreshold);
    connect(&m_page, &ActivationsPage::channelMarked, &m_selection, &Selection::markChannel);
}

void ActivationsPresenter::take(const widgets::ActivationSettings& settings)
{
    m_session.setCalibration({ settings.text.toStdString(), settings.length, settings.sequences });
    m_page.setEstimate(m_controller.estimate(m_session.calibration()));
    m_page.setWhyNot(m_controller.whyNot());
}

void ActivationsPresenter::fillMeasured()
{
    const MeasuredActivations& activations = m_session.activations();
    widgets::MeasuredActivations measured;
    measured.stats = activations.stats;
    measured.settings = settingsOf(activations.text);
    measured.stale = activations.stats && activations.text != m_session.calibration();
    for (const TokenInContext& token : activations.tokens)
        measured.tokens.push_back({ token.token, token.before, token.after });
    m_page.setMeasured(std::move(measured));
}

void ActivationsPresenter::fillSettings()
{
    m_page.setSettings(settingsOf(m_session.calibration()));
    m_page.setTextNotes(m_textNotes.of(m_session.calibration()));
    m_page.setWhyNot(m_controller.whyNot());
    m_page.setEstimate(m_controller.estimate(m_session.calibration()));
}

void ActivationsPresenter::fillSelection()
{
    if (m_session.isOpen())
        m_page.setSelection(selectedTensors(m_session, m_selection));
}

} // namespace app
