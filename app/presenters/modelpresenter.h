// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/selection.h"
#include "app/session/session.h"

#include <QObject>

namespace widgets {
class ModelPage;
}

namespace app {

/// Fills page 1 from the session.
class ModelPresenter : public QObject {
    Q_OBJECT

public:
    ModelPresenter(widgets::ModelPage& page, Session& session, Selection& selection,
        QObject* parent = nullptr);

private:
    void fillModel();
    void fillNonFinite();

    widgets::ModelPage& m_page;
    Session& m_session;
};

} // namespace app
