// SPDX-License-Identifier: GPL-3.0-or-later
// The part of MainWindow that sessions and the queue need: messages about them, saving, what of the
// window they keep, the word on the desktop when all is done.
#include "app/controllers/filecontroller.h"
#include "app/controllers/opencontroller.h"
#include "app/controllers/quantizecontroller.h"
#include "app/window/desktopnotice.h"
#include "app/window/mainwindow.h"
#include "app/window/queuenotice.h"
#include "app/window/windowpages.h"
#include "widgets/bar/pagebar.h"
#include "widgets/messagebar.h"
#include "widgets/pages/compare/comparepage.h"
#include "widgets/pages/compare/detailcard.h"
#include "widgets/pages/compare/textpanel.h"
#include "widgets/table/tensortable.h"

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

namespace {

    core::Json continuationToJson(const widgets::TextChoice& choice)
    {
        core::Json json{ { "temperature", choice.temperature }, { "seed", choice.seed },
            { "tokens", choice.count } };
        if (choice.isOwn)
            json["prompt"] = choice.prompt.toStdString();
        return json;
    }

    widgets::TextChoice continuationFromJson(const core::Json& json)
    {
        widgets::TextChoice choice;
        choice.isOwn = json.contains("prompt");
        choice.prompt = QString::fromStdString(json.value("prompt", ""));
        choice.temperature = json.value("temperature", choice.temperature);
        choice.seed = json.value("seed", choice.seed);
        choice.count = json.value("tokens", choice.count);
        return choice;
    }

} // namespace

std::string MainWindow::view() const
{
    core::Json tensors = core::Json::array();
    for (const int tensor : m_selection.tensors())
        tensors.push_back(m_session.checkpoint()->tensors()[std::size_t(tensor)].name);
    return core::jsonText({ { "page", int(m_tabs->page()) }, { "tensors", std::move(tensors) },
        { "table", m_table->saveState().toBase64().toStdString() },
        { "continuation", continuationToJson(m_pages->compare->details()->text()->choice()) } });
}

void MainWindow::restoreView()
{
    core::Json view = core::Json::object();
    try {
        if (!m_session.view().empty())
            view = core::parseJson(m_session.view(), "the view of the session");
        restoreView(view);
    } catch (const core::Json::exception&) { // of other types: somebody wrote the file by hand
        restoreView(core::Json::object());
    }
}

void MainWindow::restoreView(const core::Json& view)
{
    m_pages->compare->details()->text()->setChoice(
        continuationFromJson(view.value("continuation", core::Json::object())));
    if (view.empty())
        return;
    const int page = view.value("page", 0);
    if (page >= 0 && page < widgets::pageCount)
        showPage(widgets::PageId(page));
    m_table->restoreState(
        QByteArray::fromBase64(QByteArray::fromStdString(view.value("table", ""))));
    arrange();
    std::vector<int> tensors;
    for (const core::Json& name : view.value("tensors", core::Json::array()))
        if (const core::Tensor* tensor = name.is_string()
                ? m_session.checkpoint()->find(std::string_view(name.get_ref<const std::string&>()))
                : nullptr)
            tensors.push_back(int(tensor - m_session.checkpoint()->tensors().data()));
    if (!tensors.empty())
        m_table->selectTensors(tensors);
}

} // namespace app
