// SPDX-License-Identifier: GPL-3.0-or-later
// The part of MainWindow that sessions and the queue need: messages about them, saving, the word
// on the desktop when all is done.
#include "app/controllers/filecontroller.h"
#include "app/controllers/opencontroller.h"
#include "app/controllers/quantizecontroller.h"
#include "app/window/desktopnotice.h"
#include "app/window/mainwindow.h"
#include "app/window/queuenotice.h"
#include "widgets/messagebar.h"

#include <QFileInfo>
#include <QPushButton>

#include <nlohmann/json.hpp>

namespace app {

using widgets::MessageBar;

void MainWindow::showNotes()
{
    QStringList notes{ m_session.isOpen() ? m_session.model().sessionNote : QString(),
        m_queue->note() };
    notes.removeAll(QString());
    if (notes.isEmpty())
        return;
    currentPage()->message()->setMessage(
        MessageBar::Kind::Warning, notes.join(QStringLiteral("\n")));
    if (m_session.isOpen()) // before that it would go with the start page
        m_queue->forgetNote();
}

void MainWindow::showMissingModel(const QString& session, const QString& model)
{
    const QString reason = tr("\"%1\" expects the model at \"%2\", which is not there.")
                               .arg(QFileInfo(session).fileName(), model);
    showFailure(reason, m_session.isOpen() ? tr("The open model stays as it was.") : QString());
    QPushButton* locate
        = currentPage()->message()->addButton(tr("Locate model..."), QStringLiteral("folder"));
    connect(locate, &QPushButton::clicked, this, [this, session, model] {
        const QString found = m_files->askForModelLike(model);
        if (!found.isEmpty())
            m_open->openSession(session.toStdString(), found.toStdString());
    });
}

void MainWindow::saveSession()
{
    const QString name = QString::fromStdString(m_session.checkpoint()->config().name);
    const QString file = m_files->askWhereToSaveSession(name);
    if (!file.isEmpty())
        m_files->saveSession(file, m_keeper->document());
}

void MainWindow::tellWhenDone()
{
    auto* desktop = new DesktopNotice(QDBusConnection::sessionBus(), this);
    auto* notice = new QueueNotice(*m_quantize, *this, this);
    connect(notice, &QueueNotice::due, desktop, &DesktopNotice::send);
}

} // namespace app
