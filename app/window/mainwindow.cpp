// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/mainwindow.h"

#include "app/controllers/activationcontroller.h"
#include "app/controllers/addedfilescontroller.h"
#include "app/controllers/exportcontroller.h"
#include "app/controllers/filecontroller.h"
#include "app/controllers/losscontroller.h"
#include "app/controllers/opencontroller.h"
#include "app/controllers/quantizecontroller.h"
#include "app/controllers/settingscontroller.h"
#include "app/controllers/shrinkcontroller.h"
#include "app/controllers/swapcontroller.h"
#include "app/controllers/tensorscout.h"
#include "app/controllers/textcontroller.h"
#include "app/presenters/activationspresenter.h"
#include "app/presenters/alonepresenter.h"
#include "app/presenters/balancepresenter.h"
#include "app/presenters/comparepresenter.h"
#include "app/presenters/exportpresenter.h"
#include "app/presenters/mixpresenter.h"
#include "app/presenters/modelpresenter.h"
#include "app/presenters/precisionpresenter.h"
#include "app/presenters/quantizepresenter.h"
#include "app/presenters/queuepresenter.h"
#include "app/presenters/shrinkpresenter.h"
#include "app/presenters/startpresenter.h"
#include "app/presenters/tablepresenter.h"
#include "app/presenters/textpresenter.h"
#include "app/presenters/weightspresenter.h"
#include "app/session/openshelf.h"
#include "app/window/commandfield.h"
#include "app/window/commandpalette.h"
#include "app/window/helpwindow.h"
#include "app/window/windowactions.h"
#include "app/window/windowpages.h"
#include "app/window/windowsize.h"
#include "widgets/bar/balancebar.h"
#include "widgets/bar/pagebar.h"
#include "widgets/bar/queuelist.h"
#include "widgets/messagebar.h"
#include "widgets/pages/compare/comparepage.h"
#include "widgets/pages/compare/detailcard.h"
#include "widgets/pages/compare/textpanel.h"
#include "widgets/pages/export/exportpage.h"
#include "widgets/table/tensortable.h"
#include "widgets/theme.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QMenuBar>
#include <QMimeData>
#include <QScreen>
#include <QSettings>
#include <QSplitter>
#include <QVBoxLayout>

#include <utility>

namespace app {

MainWindow::MainWindow(QSettings& settings, widgets::Theme& theme,
    std::vector<core::Device> devices, const WindowFolders& folders)
    : m_settings(settings)
    , m_theme(theme)
    , m_presentation(*this, theme)
    , m_pace(settings)
    , m_recent(settings)
    , m_session(std::move(devices))
    , m_actions(new WindowActions(*this))
    , m_palette(new CommandPalette(this))
    , m_help(new HelpWindow(folders.resources / "help", this))
{
    setAcceptDrops(true);
    setMinimumSize(leastSize(screen()->availableSize()));
    resize(firstSize(screen()->availableSize()));
    makeLayout();
    makeMenuBar();
    makeControllers(folders);
    makePresenters(folders);
    connectActions();
    connectPages();
    connectSession();
    connectActionStates();
    updateRecentMenu();
    updateTitle();
    m_pages->showStart();
    showNotes();
    restoreLayout();
    m_table->focusTable();
}

MainWindow::~MainWindow()
{
    // In this order nothing that ends speaks to something that has ended: first those who listen,
    // then the widgets, at last (members) the jobs and what they were about.
    m_presenters.reset();
    m_session.recipe().undoStack().blockSignals(true);
    const std::unique_ptr<QWidget> central(takeCentralWidget());
}

void MainWindow::makeLayout()
{
    auto* central = new QWidget(this);
    m_tabs = new widgets::PageBar(central);
    m_splitter = new QSplitter(Qt::Horizontal, central);
    m_table = new widgets::TensorTable(m_model, m_splitter);
    m_pages = new WindowPages(m_splitter);
    m_bar = new widgets::BalanceBar(central);
    m_queueList = new widgets::QueueList(this);
    m_splitter->setHandleWidth(1);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setStretchFactor(0, 0);
    m_splitter->setStretchFactor(1, 1);
    auto* layout = new QVBoxLayout(central);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_tabs);
    layout->addWidget(m_splitter, 1);
    layout->addWidget(m_bar);
    setCentralWidget(central);
}

void MainWindow::makeMenuBar()
{
    auto* corner = new QWidget(menuBar());
    auto* layout = new QHBoxLayout(corner);
    layout->setContentsMargins(0, 2, 8, 2);
    layout->addWidget(new CommandField(*m_actions->palette, corner));
    menuBar()->setCornerWidget(corner);
}

void MainWindow::makeControllers(const WindowFolders& folders)
{
    const Preferences preferences = loadPreferences(m_settings);
    std::vector<std::filesystem::path> caches{ folders.cache };
    if (!preferences.cacheFolder.isEmpty())
        caches.insert(caches.begin(), preferences.cacheFolder.toStdString());
    const auto shelf = openShelf(caches, preferences.cacheLimit);
    const SessionPlaces places{ SessionStore(folders.data / "sessions"), shelf };
    m_preferences = new SettingsController(
        m_settings, m_theme, m_quick, m_session, { shelf, folders.cache }, *this);
    m_keeper = new SessionKeeper(m_session, m_saver, places.store, this);
    m_queue = new RunQueue(folders.data / "queue.json", m_saver, this);
    m_open = new OpenController(
        m_quick, m_session, *m_keeper, places, folders.resources / "sample", this);
    m_activations
        = new ActivationController(m_jobs, m_session, *m_keeper, m_pace, places.shelf, this);
    m_losses = new LossController(m_jobs, m_quick, m_session, places.shelf, this);
    m_swaps = new SwapController(m_jobs, m_session, this);
    m_quantize = new QuantizeController(
        m_jobs, m_session, *m_keeper, *m_queue, m_pace, places.shelf, this);
    m_addedFiles = new AddedFilesController(m_jobs, m_quick, m_session, *m_quantize, this);
    m_texts = new TextController(m_jobs, m_quick, m_session, places.shelf, this);
    m_export = new ExportController(m_jobs, m_session, *m_keeper, places.shelf, this);
    m_shrink = new ShrinkController(
        m_session, { m_jobs, m_quick, *m_queue, *m_losses, *m_quantize, *m_export }, this);
    m_scout = new TensorScout(m_quick, m_session, m_selection, shelf, this);
    m_files = new FileController(m_quick, m_session, *m_queue, *this, this);
}

void MainWindow::makePresenters(const WindowFolders& folders)
{
    connect(&m_session, &Session::modelAboutToChange, this, [this] {
        m_table->selectTensors({});
        m_selection.setTensors({});
    });
    m_presenters = std::make_unique<QObject>();
    QObject* owner = m_presenters.get();
    // The table first: the others speak of its tensors.
    new TablePresenter(m_model, *m_table, m_session, m_selection, *m_quantize, owner);
    new StartPresenter(*m_pages->start,
        { m_recent, m_session, *m_queue, *m_open, *m_quantize, *m_files, m_quick, m_keeper->store(),
            folders.home },
        owner);
    new ModelPresenter(*m_pages->model, m_session, m_selection, owner);
    new ShrinkPresenter(*m_pages->model, m_session, *m_shrink, *m_losses, m_jobs, m_quick, owner);
    new WeightsPresenter(*m_pages->weights, m_session, m_selection, owner);
    new ActivationsPresenter(*m_pages->activations, m_session, m_selection, *m_activations, owner);
    new PrecisionPresenter(*m_pages->precision, m_session, m_selection, owner);
    new MixPresenter(*m_pages->precision, m_session, m_selection, *m_losses, m_quick, owner);
    new AlonePresenter(*m_pages->precision, m_session, m_selection, *m_losses, owner);
    new QuantizePresenter(*m_pages->quantize, m_session, m_selection, *m_quantize, m_jobs, owner);
    auto* compare
        = new ComparePresenter(*m_pages->compare, m_session, *m_quantize, *m_addedFiles, owner);
    connect(compare, &ComparePresenter::openRequested, this,
        [this](const QString& path) { open(path.toStdString()); });
    m_textPresenter = new TextPresenter(*m_pages->compare, m_session, *m_texts, owner);
    m_exportPresenter = new ExportPresenter(*m_pages->exporting, m_model, m_session, m_selection,
        *m_quantize, *m_export, m_jobs, owner);
    auto* balance = new BalancePresenter(
        *m_bar, m_session, m_selection, *m_quantize, *m_queue, m_jobs, owner);
    new QueuePresenter(*m_queueList, *m_bar->jobArea(), *m_queue, *m_quantize, m_jobs, owner);
    connect(balance, &BalancePresenter::showFailureRequested, this, [this] {
        if (m_failedPage)
            showPage(*m_failedPage);
    });
}

void MainWindow::connectSession()
{
    connect(&m_session, &Session::modelChanged, this, [this] {
        m_failedPage.reset();
        for (widgets::Page* page : m_pages->all())
            page->message()->clear();
        m_tabs->setModelText(tr("%1  ·  %2", "name and facts of the model")
                                 .arg(QString::fromStdString(m_session.checkpoint()->config().name),
                                     modelText(m_session)),
            true);
        showPage(std::exchange(m_firstPage, std::nullopt).value_or(m_tabs->page()));
        restoreView();
        updateTitle();
        updateMarks();
    });
    connect(m_open, &OpenController::failed, this, [this](const QString&, const QString& reason) {
        showFailure(reason, m_session.isOpen() ? tr("The open model stays as it was.") : QString());
    });
    connect(m_open, &OpenController::opened, this, &MainWindow::showNotes);
    connect(m_open, &OpenController::modelMissing, this, &MainWindow::showMissingModel);
    connect(&m_saver, &Saver::failed, this, [this](const QString& reason) {
        showFailure(reason, tr("The session is as it was when it was last kept."));
    });
    m_keeper->setView([this] { return view(); });
    connect(&m_selection, &Selection::tensorsChanged, m_keeper, &SessionKeeper::viewChanged);
    connect(m_pages->compare->details()->text(), &widgets::TextPanel::choiceChanged, m_keeper,
        &SessionKeeper::viewChanged);
    connect(m_files, &FileController::failed, this, [this](const QString& reason) {
        showFailure(reason, tr("Everything else is as it was."));
    });
    connect(&m_recent, &RecentModels::changed, this, &MainWindow::updateRecentMenu);
    connect(&m_session.runs(), &RunList::changed, this, &MainWindow::updateMarks);
    connect(m_activations, &ActivationController::runningChanged, this, &MainWindow::updateMarks);
    connect(m_quantize, &QuantizeController::phaseChanged, this, &MainWindow::updateMarks);
    connect(m_export, &ExportController::runningChanged, this, &MainWindow::updateMarks);
    connect(m_texts, &TextController::runningChanged, this, &MainWindow::updateMarks);
    const auto failedOn = [this](widgets::PageId page) {
        m_failedPage = page;
        updateMarks();
    };
    connect(m_activations, &ActivationController::failed, this,
        [failedOn] { failedOn(widgets::PageId::Activations); });
    connect(m_export, &ExportController::failed, this,
        [failedOn] { failedOn(widgets::PageId::Export); });
    connect(
        m_texts, &TextController::failed, this, [failedOn] { failedOn(widgets::PageId::Compare); });
    connect(
        m_quantize, &QuantizeController::failed, this, [failedOn](QuantizeController::Phase phase) {
            failedOn(phase == QuantizeController::Phase::Quantizing ? widgets::PageId::Quantize
                                                                    : widgets::PageId::Compare);
        });
    connect(&m_jobs, &Jobs::started, this, [this] {
        m_failedPage.reset();
        updateMarks();
    });
    tellWhenDone();
}

void MainWindow::open(const std::filesystem::path& model) { m_open->open(model); }

widgets::Page* MainWindow::currentPage() const { return m_pages->current(); }

void MainWindow::showPage(widgets::PageId page)
{
    m_tabs->setPage(page);
    if (!m_session.isOpen())
        return;
    // Not to whatever comes after a button of the page that goes away.
    if (m_pages->isAncestorOf(QApplication::focusWidget()))
        m_table->focusTable();
    m_pages->showPage(page);
    m_actions->pages[std::size_t(page)]->setChecked(true);
    arrange();
    m_keeper->viewChanged();
}

void MainWindow::showFailure(const QString& reason, const QString& kept)
{
    currentPage()->message()->setMessage(widgets::MessageBar::Kind::Failure, reason, kept);
    emit failureShown(reason);
}

void MainWindow::updateTitle()
{
    const QString name = m_session.isOpen()
        ? QString::fromStdString(m_session.checkpoint()->config().name)
        : QString();
    setWindowTitle(name.isEmpty() ? tr("Quantscope") : tr("%1 - Quantscope").arg(name));
    if (!m_session.isOpen())
        m_tabs->setModelText(tr("No model open"), false);
}

void MainWindow::updateMarks()
{
    using widgets::PageId;
    using Dot = widgets::PageMark::Dot;
    const auto dot = [this](PageId page, bool running) {
        if (running)
            return Dot::Running;
        return m_failedPage == page ? Dot::Failed : Dot::None;
    };
    const auto phase = m_quantize->phase();
    m_tabs->setMark(
        PageId::Activations, { 0, dot(PageId::Activations, m_activations->isRunning()) });
    m_tabs->setMark(PageId::Quantize,
        { 0, dot(PageId::Quantize, phase == QuantizeController::Phase::Quantizing) });
    m_tabs->setMark(PageId::Compare,
        { int(m_session.runs().runs().size()),
            dot(PageId::Compare,
                phase == QuantizeController::Phase::Evaluating || m_texts->isRunning()) });
    m_tabs->setMark(PageId::Export, { 0, dot(PageId::Export, m_export->isRunning()) });
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    m_actions->presentation->setChecked(false);
    m_settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
    m_settings.setValue(QStringLiteral("window/table"), m_table->saveState());
    m_settings.setValue(QStringLiteral("window/splitter"), m_splitter->saveState());
    m_settings.setValue(QStringLiteral("window/page"), int(m_firstPage.value_or(m_tabs->page())));
    m_settings.setValue(QStringLiteral("device"), m_session.deviceIndex());
    rememberLooks();
    m_keeper->saveNow();
    m_quick.cancel();
    m_jobs.cancel(); // finished layers are kept, quantizing goes on from there
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls() && event->mimeData()->urls().front().isLocalFile())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    const QList<QUrl> urls = event->mimeData()->urls();
    const bool isOnPage = m_session.isOpen() && currentPage() == m_pages->compare
        && m_pages->rect().contains(m_pages->mapFrom(this, event->position().toPoint()));
    if (!isOnPage || urls.front().fileName().endsWith(QStringLiteral(".quantscope")))
        return open(urls.front().toLocalFile().toStdString());
    for (const QUrl& url : urls)
        if (url.isLocalFile())
            m_addedFiles->add(url.toLocalFile().toStdString());
}

} // namespace app
