// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/activationcontroller.h"
#include "app/session/selection.h"
#include "app/session/session.h"
#include "app/session/textsettings.h"

#include <QObject>

namespace widgets {
class ActivationsPage;
struct ActivationSettings;
}

namespace app {

/// Fills page 3 from the session and starts what it asks for.
class ActivationsPresenter : public QObject {
    Q_OBJECT

public:
    ActivationsPresenter(widgets::ActivationsPage& page, Session& session, Selection& selection,
        ActivationController& controller, QObject* parent = nullptr);

private:
    void connectPage();
    void fillMeasured();
    void fillSettings();
    void fillSelection();
    void take(const widgets::ActivationSettings& settings);

    widgets::ActivationsPage& m_page;
    Session& m_session;
    TextNotes m_textNotes; ///< of the text that is shown
    Selection& m_selection;
    ActivationController& m_controller;
};

} // namespace app
