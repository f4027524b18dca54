// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/alonepresenter.h"

#include "widgets/messagebar.h"
#include "widgets/pages/precision/precisionpage.h"

namespace app {

AlonePresenter::AlonePresenter(widgets::PrecisionPage& page, Session& session, Selection& selection,
    LossController& controller, QObject* parent)
    : QObject(parent)
    , m_page(page)
    , m_controller(controller)
{
    connect(&page, &widgets::PrecisionPage::measureAloneRequested, this,
        [this, &selection](const core::Format* format) {
            m_controller.measureAlone(selection.tensors(), format);
        });
    connect(&controller, &LossController::aloneFailed, this, [this](const QString& reason) {
        m_page.message()->setMessage(widgets::MessageBar::Kind::Failure, reason);
    });
    connect(&controller, &LossController::aloneChanged, this, &AlonePresenter::fill);
    connect(&session, &Session::modelChanged, this, &AlonePresenter::fill);
    connect(&session, &Session::textsChanged, this, &AlonePresenter::fill);
    fill();
}

void AlonePresenter::fill() { m_page.setWhyNotAlone(m_controller.whyNotAlone()); }

} // namespace app
