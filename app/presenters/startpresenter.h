// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/recentmodels.h"

#include <QObject>

namespace widgets {
class StartPage;
}

namespace app {

class OpenController;
class Session;

/// Fills the start page with the recent models and opens what it asks for.
class StartPresenter : public QObject {
    Q_OBJECT

public:
    StartPresenter(widgets::StartPage& page, RecentModels& recent, Session& session,
        OpenController& controller, QObject* parent = nullptr);

private:
    void fill();
    void remember();

    widgets::StartPage& m_page;
    RecentModels& m_recent;
    Session& m_session;
};

/// "Llama · 4.20 M parameters · BF16": the open model in a line.
QString modelText(const Session& session);

} // namespace app
