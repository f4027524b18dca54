// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/startpresenter.h"

#include "app/controllers/filecontroller.h"
#include "app/controllers/opencontroller.h"
#include "app/controllers/quantizecontroller.h"
#include "app/presenters/queuerows.h"
#include "app/presenters/runrows.h"
#include "core/model/localmodels.h"
#include "widgets/format.h"
#include "widgets/pages/model/layerwords.h"

#include <QFileInfo>
#include <QLocale>
#include <QPointer>

#include <utility>

namespace app {

QString modelText(const Session& session)
{
    const core::Checkpoint& checkpoint = *session.checkpoint();
    return StartPresenter::tr("%1  ·  %2 parameters  ·  %3", "architecture, count, formats")
        .arg(widgets::architectureTitle(checkpoint.config()),
            widgets::shortCountText(checkpoint.weights()), runRows(session).front().method);
}

namespace {

    widgets::RecentEntry keptEntry(const core::LocalModel& model)
    {
        using Keeper = core::LocalModel::Keeper;
        using Kind = widgets::RecentEntry::Kind;
        widgets::RecentEntry entry;
        entry.path = QString::fromStdString(model.path.string());
        const QFileInfo file(entry.path);
        entry.kind = file.isDir() ? Kind::Folder : Kind::File;
        entry.name = QString::fromStdString(model.name);
        entry.folder = file.path();
        entry.facts = model.keeper == Keeper::HuggingFace
            ? app::StartPresenter::tr("Hugging Face cache")
            : app::StartPresenter::tr("LM Studio");
        if (entry.kind == Kind::File)
            entry.size = widgets::sizeText(double(file.size()));
        entry.isRemovable = false;
        return entry;
    }

    std::optional<std::string> valueOfVariable(const char* name)
    {
        return qEnvironmentVariableIsSet(name) ? std::optional(qgetenv(name).toStdString())
                                               : std::nullopt;
    }

    bool isSessionFile(const QString& path)
    {
        return path.endsWith(QString::fromLatin1(SessionStore::extension));
    }

} // namespace

StartPresenter::StartPresenter(widgets::StartPage& page, const Parts& parts, QObject* parent)
    : QObject(parent)
    , m_page(page)
    , m_parts(parts)
{
    connectPage();
    connect(&parts.recent, &RecentModels::changed, this, &StartPresenter::fill);
    connect(&parts.queue, &RunQueue::changed, this, [this] {
        if (!m_parts.session.isOpen()) // nobody sees it otherwise
            fill();
    });
    connect(&parts.open, &OpenController::offered, &page, &widgets::StartPage::setOffers);
    connect(&parts.open, &OpenController::opened, this, &StartPresenter::remember);
    const auto stays = [this] { // what was being read was cancelled
        m_resuming = 0;
        readSessions();
        listKept();
    };
    connect(&parts.open, &OpenController::failed, this, stays);
    connect(&parts.open, &OpenController::modelMissing, this, stays);
    connect(&parts.files, &FileController::sessionSaved, this, &StartPresenter::rememberFile);
    std::error_code ignored; // not there: no sample
    if (std::filesystem::is_directory(parts.open.sampleFolder(), ignored))
        page.setSample(tr("A trained Llama with 4.20 M parameters, 8.40 MB, with calibration and "
                          "evaluation text. Everything answers in seconds."));
    fill();
    readSessions();
    listKept();
}

void StartPresenter::connectPage()
{
    using widgets::StartPage;
    const auto open = [this](const QString& path) {
        m_resuming = 0;
        m_parts.open.open(path.toStdString());
    };
    connect(&m_page, &StartPage::openRequested, this, open);
    connect(&m_page, &StartPage::sampleRequested, &m_parts.open, &OpenController::openSample);
    connect(&m_page, &StartPage::removeRequested, &m_parts.recent, &RecentModels::remove);
    connect(&m_page, &StartPage::resumeRequested, this, [this, open](const QString& path) {
        const QueuedRun* run = interruptedOf(path);
        const int id = run ? run->id : 0;
        open(path);
        m_resuming = id;
    });
}

void StartPresenter::fill()
{
    std::vector<widgets::RecentEntry> entries;
    for (const RecentModel& model : m_parts.recent.models()) {
        using Kind = widgets::RecentEntry::Kind;
        const QFileInfo file(model.path);
        widgets::RecentEntry entry;
        entry.kind = isSessionFile(model.path) ? Kind::Session
            : file.isDir()                     ? Kind::Folder
                                               : Kind::File;
        entry.path = model.path;
        entry.name = file.fileName();
        entry.folder = file.path();
        entry.missing = !file.exists();
        entry.facts = entry.missing ? tr("not found") : model.facts;
        entry.size = entry.missing ? QString() : widgets::sizeText(double(model.bytes));
        entry.date = QLocale().toString(model.opened.date(), QLocale::ShortFormat);
        if (!entry.missing)
            entry.session = holds(model.path);
        if (const QueuedRun* run = interruptedOf(model.path)) {
            const QString layers = layersWords(*run);
            entry.interrupted = tr("%1: %2", "a run: how far it is")
                                    .arg(runWords(run->title, run->recipe.treatment()),
                                        layers.isEmpty() ? tr("no layer is done") : layers);
        }
        entries.push_back(entry);
    }
    if (std::exchange(m_entries, entries) != entries)
        m_page.setRecent(entries);
}

QString StartPresenter::holds(const QString& path) const
{
    const auto summary = m_summaries.constFind(path);
    if (summary == m_summaries.constEnd() || summary->runs == 0)
        return {};
    const QString runs = tr("%n runs, last %1", nullptr, summary->runs)
                             .arg(runWords(summary->lastTitle, summary->lastTreatment));
    return summary->lastKld
        ? tr("%1  ·  KLD %2", "runs").arg(runs, widgets::kldText(*summary->lastKld))
        : runs;
}

const QueuedRun* StartPresenter::interruptedOf(const QString& path) const
{
    if (isSessionFile(path))
        return nullptr; // its model's own session has the run
    const QString id = SessionStore::idOf(path.toStdString());
    for (const QueuedRun& run : m_parts.queue.runs())
        if (run.session == id && run.measuredRun == 0
            && (run.state == QueuedRun::State::Interrupted
                || run.state == QueuedRun::State::Failed))
            return &run;
    return nullptr;
}

void StartPresenter::readSessions()
{
    if (m_parts.session.isOpen() || m_parts.recent.models().isEmpty())
        return;
    QStringList paths;
    std::vector<std::filesystem::path> documents;
    for (const RecentModel& model : m_parts.recent.models()) {
        const std::filesystem::path path = model.path.toStdString();
        paths += model.path;
        documents.push_back(
            isSessionFile(model.path) ? path : m_parts.store.fileOf(SessionStore::idOf(path)));
    }
    m_parts.quick.start(
        tr("Reading sessions"),
        [documents](const core::Progress& progress) { return readSummaries(documents, progress); },
        [this, guard = QPointer(this), paths](
            const std::vector<std::optional<SessionSummary>>& summaries) {
            if (!guard)
                return;
            for (qsizetype i = 0; i < paths.size(); ++i)
                if (const auto& summary = summaries[std::size_t(i)])
                    m_summaries.insert(paths[i], *summary);
            fill();
        });
}

void StartPresenter::listKept()
{
    if (m_parts.session.isOpen() || m_parts.home.empty())
        return;
    m_parts.quick.start(
        tr("Looking for models"),
        [home = m_parts.home](const core::Progress&) {
            std::vector<widgets::RecentEntry> entries;
            for (const core::LocalModel& model : core::localModels(home, valueOfVariable))
                entries.push_back(keptEntry(model));
            return entries;
        },
        [guard = QPointer(this)](const std::vector<widgets::RecentEntry>& entries) {
            if (guard)
                guard->m_page.setKept(entries);
        });
}

void StartPresenter::remember()
{
    const Session& session = m_parts.session;
    if (isSessionFile(m_parts.open.path()))
        rememberFile(m_parts.open.path());
    const QFileInfo file(QString::fromStdString(session.checkpoint()->path().string()));
    m_parts.recent.add({ file.absoluteFilePath(), modelText(session),
        qint64(session.model().fileBytes), QDateTime::currentDateTime() });
    if (const int run = std::exchange(m_resuming, 0))
        m_parts.quantize.resume(run);
}

void StartPresenter::rememberFile(const QString& path)
{
    const QFileInfo file(path);
    const QString name = QString::fromStdString(m_parts.session.checkpoint()->config().name);
    m_parts.recent.add({ file.absoluteFilePath(), tr("session  ·  %1", "of a model").arg(name),
        file.size(), QDateTime::currentDateTime() });
}

} // namespace app
