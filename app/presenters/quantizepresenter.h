// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/quantizecontroller.h"
#include "app/session/selection.h"
#include "app/session/session.h"
#include "app/session/textsettings.h"

#include <QObject>

namespace widgets {
class QuantizePage;
struct QuantizeSettings;
}

namespace app {

/// Fills page 5 from the session and the running quantization.
class QuantizePresenter : public QObject {
    Q_OBJECT

public:
    QuantizePresenter(widgets::QuantizePage& page, Session& session, Selection& selection,
        QuantizeController& controller, Jobs& jobs, QObject* parent = nullptr);

private:
    void connectSession();
    void connectRun();
    void fillTensors();
    void fillSettings();
    void fillWhyNot();
    void take(const widgets::QuantizeSettings& settings);
    double diskEstimate() const;
    void showStanding();

    widgets::QuantizePage& m_page;
    Session& m_session;
    TextNotes m_textNotes; ///< of the text that is shown
    QuantizeController& m_controller;
    Jobs& m_jobs;
};

/// "18 of 30 layers are done and kept."
QString layersDoneText(const QueuedRun& run);

} // namespace app
