// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/startpresenter.h"

#include "app/controllers/opencontroller.h"
#include "app/presenters/runrows.h"
#include "widgets/format.h"
#include "widgets/pages/start/startpage.h"

#include <QFileInfo>
#include <QLocale>

namespace app {

QString modelText(const Session& session)
{
    const core::Checkpoint& checkpoint = *session.checkpoint();
    QString architecture = QString::fromStdString(checkpoint.config().architecture);
    if (!architecture.isEmpty())
        architecture[0] = architecture[0].toUpper();
    return StartPresenter::tr("%1  ·  %2 parameters  ·  %3", "architecture, count, formats")
        .arg(architecture, widgets::shortCountText(checkpoint.weights()),
            runRows(session).front().method);
}

StartPresenter::StartPresenter(widgets::StartPage& page, RecentModels& recent, Session& session,
    OpenController& controller, QObject* parent)
    : QObject(parent)
    , m_page(page)
    , m_recent(recent)
    , m_session(session)
{
    using widgets::StartPage;
    connect(&page, &StartPage::openRequested, &controller,
        [&controller](const QString& path) { controller.open(path.toStdString()); });
    connect(&page, &StartPage::sampleRequested, &controller, &OpenController::openSample);
    connect(&page, &StartPage::removeRequested, &recent, &RecentModels::remove);
    connect(&recent, &RecentModels::changed, this, &StartPresenter::fill);
    connect(&controller, &OpenController::opened, this, &StartPresenter::remember);
    connect(&controller, &OpenController::offered, &page, &StartPage::setOffers);
    std::error_code ignored; // not there: no sample
    if (std::filesystem::is_directory(controller.sampleFolder(), ignored))
        page.setSample(tr("A trained Llama with 4.20 M parameters, 8.40 MB, with calibration and "
                          "evaluation text. Everything answers in seconds."));
    fill();
}

void StartPresenter::fill()
{
    std::vector<widgets::RecentEntry> entries;
    for (const RecentModel& model : m_recent.models()) {
        const QFileInfo file(model.path);
        widgets::RecentEntry entry;
        entry.kind
            = file.isDir() ? widgets::RecentEntry::Kind::Folder : widgets::RecentEntry::Kind::File;
        entry.path = model.path;
        entry.name = file.fileName();
        entry.folder = file.path();
        entry.missing = !file.exists();
        entry.facts = entry.missing ? tr("not found") : model.facts;
        entry.size = entry.missing ? QString() : widgets::sizeText(double(model.bytes));
        entry.date = QLocale().toString(model.opened.date(), QLocale::ShortFormat);
        entries.push_back(entry);
    }
    m_page.setRecent(entries);
}

void StartPresenter::remember()
{
    const QFileInfo file(QString::fromStdString(m_session.checkpoint()->path().string()));
    m_recent.add({ file.absoluteFilePath(), modelText(m_session),
        qint64(m_session.model().fileBytes), QDateTime::currentDateTime() });
}

} // namespace app
