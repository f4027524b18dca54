// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/addedfilescontroller.h"
#include "app/controllers/quantizecontroller.h"
#include "app/session/session.h"
#include "app/session/textsettings.h"

#include <QObject>

namespace widgets {
class ComparePage;
}

namespace app {

/// Fills page 6 from the session and starts what it asks for.
class ComparePresenter : public QObject {
    Q_OBJECT

public:
    ComparePresenter(widgets::ComparePage& page, Session& session, QuantizeController& controller,
        AddedFilesController& files, QObject* parent = nullptr);

signals:
    void openRequested(const QString& path); ///< a file that is another model

private:
    void fill();
    void showRefused(const QString& path, const QString& reason);
    void fillWhyNot();
    void fillText();

    widgets::ComparePage& m_page;
    Session& m_session;
    TextNotes m_textNotes; ///< of the text that is shown
    QuantizeController& m_controller;
    AddedFilesController& m_files;
};

} // namespace app
