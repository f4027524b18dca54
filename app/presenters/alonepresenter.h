// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/losscontroller.h"
#include "app/session/selection.h"
#include "app/session/session.h"

#include <QObject>

namespace widgets {
class PrecisionPage;
}

namespace app {

/// Measures the selected tensors alone where page 4 asks for it.
class AlonePresenter : public QObject {
    Q_OBJECT

public:
    AlonePresenter(widgets::PrecisionPage& page, Session& session, Selection& selection,
        LossController& controller, QObject* parent = nullptr);

private:
    void fill();

    widgets::PrecisionPage& m_page;
    LossController& m_controller;
};

} // namespace app
