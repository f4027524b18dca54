// SPDX-License-Identifier: GPL-3.0-or-later
// The second part of MainWindow: what its actions and its pages' signals do.
#include "app/controllers/activationcontroller.h"
#include "app/controllers/addedfilescontroller.h"
#include "app/controllers/exportcontroller.h"
#include "app/controllers/filecontroller.h"
#include "app/controllers/losscontroller.h"
#include "app/controllers/opencontroller.h"
#include "app/controllers/quantizecontroller.h"
#include "app/controllers/settingscontroller.h"
#include "app/controllers/swapcontroller.h"
#include "app/presenters/exportpresenter.h"
#include "app/presenters/runrows.h"
#include "app/presenters/textpresenter.h"
#include "app/window/commandlist.h"
#include "app/window/commandpalette.h"
#include "app/window/helpwindow.h"
#include "app/window/mainwindow.h"
#include "app/window/windowactions.h"
#include "app/window/windowpages.h"
#include "widgets/bar/balancebar.h"
#include "widgets/bar/pagebar.h"
#include "widgets/bar/queuelist.h"
#include "widgets/format.h"
#include "widgets/messagebar.h"
#include "widgets/pages/activations/activationspage.h"
#include "widgets/pages/compare/comparepage.h"
#include "widgets/pages/export/exportpage.h"
#include "widgets/pages/model/modelpage.h"
#include "widgets/pages/model/shrinkcard.h"
#include "widgets/pages/precision/precisionpage.h"
#include "widgets/pages/quantize/quantizepage.h"
#include "widgets/pages/start/startpage.h"
#include "widgets/pages/weights/weightspage.h"
#include "widgets/plots/baseplot.h"
#include "widgets/table/tensortable.h"

#include <QAction>
#include <QApplication>
#include <QDesktopServices>
#include <QFileInfo>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QToolTip>
#include <QUrl>

namespace app {

namespace {

    constexpr double textStep = 0.1;

    void openFolderOf(const std::filesystem::path& path)
    {
        const QFileInfo file(QString::fromStdString(path.string()));
        QDesktopServices::openUrl(
            QUrl::fromLocalFile(file.isDir() ? file.filePath() : file.path()));
    }

} // namespace

void MainWindow::connectActions()
{
    connectFileActions();
    connectEditActions();
    connectViewActions();
    connectRecipeActions();
    connectRunActions();
    connectHelpActions();
}

void MainWindow::connectFileActions()
{
    const auto openIfChosen = [this](const QString& path) {
        if (!path.isEmpty())
            open(path.toStdString());
    };
    connect(m_actions->openFolder, &QAction::triggered, this,
        [this, openIfChosen] { openIfChosen(m_files->askForModelFolder()); });
    connect(m_actions->openFile, &QAction::triggered, this,
        [this, openIfChosen] { openIfChosen(m_files->askForModelFile()); });
    connect(m_actions->openSample, &QAction::triggered, m_open, &OpenController::openSample);
    connect(m_actions->openSession, &QAction::triggered, this,
        [this, openIfChosen] { openIfChosen(m_files->askForSession()); });
    connect(m_actions->saveSession, &QAction::triggered, this, &MainWindow::saveSession);
    connect(m_actions->showInFolder, &QAction::triggered, this,
        [this] { openFolderOf(m_session.checkpoint()->path()); });
    connect(m_actions->exportGguf, &QAction::triggered, this,
        [this] { showPage(widgets::PageId::Export); });
    connect(m_actions->quit, &QAction::triggered, this, &MainWindow::close);
}

void MainWindow::connectEditActions()
{
    QUndoStack& undo = m_session.recipe().undoStack();
    connect(m_actions->undo, &QAction::triggered, &undo, &QUndoStack::undo);
    connect(m_actions->redo, &QAction::triggered, &undo, &QUndoStack::redo);
    connect(
        m_actions->selectAll, &QAction::triggered, m_table, &widgets::TensorTable::selectAllShown);
    connect(m_actions->selectRole, &QAction::triggered, m_table,
        &widgets::TensorTable::selectRoleInAllLayers);
    connect(m_actions->find, &QAction::triggered, m_table, &widgets::TensorTable::focusFilter);
    connect(m_actions->palette, &QAction::triggered, this, &MainWindow::presentCommands);
    connect(m_actions->settings, &QAction::triggered, m_preferences, &SettingsController::open);
    connect(m_preferences, &SettingsController::helpRequested, this,
        [this] { m_help->showTopic(QStringLiteral("settings")); });
}

void MainWindow::connectViewActions()
{
    for (int page = 0; page < widgets::pageCount; ++page)
        connect(m_actions->pages[std::size_t(page)], &QAction::triggered, this,
            [this, page] { showPage(widgets::PageId(page)); });
    connect(m_tabs, &widgets::PageBar::pageChosen, this, &MainWindow::showPage);
    connect(m_actions->table, &QAction::toggled, m_table, &QWidget::setVisible);
    connect(m_actions->flat, &QAction::toggled, m_table, &widgets::TensorTable::setFlat);
    connect(m_actions->expandAll, &QAction::triggered, m_table, &widgets::TensorTable::expandAll);
    connect(
        m_actions->collapseAll, &QAction::triggered, m_table, &widgets::TensorTable::collapseAll);
    connect(m_actions->nextArea, &QAction::triggered, this, [this] { moveFocus(1); });
    connect(m_actions->previousArea, &QAction::triggered, this, [this] { moveFocus(-1); });
    for (const auto& [lightness, action] : m_actions->lightness)
        connect(action, &QAction::triggered, this,
            [this, value = lightness] { m_theme.setLightness(value); });
    const auto scaleTo = [this](double scale) {
        m_theme.setTextScale(scale);
        m_breakpoint.reset();
        arrange();
    };
    connect(m_actions->larger, &QAction::triggered, this,
        [this, scaleTo] { scaleTo(m_theme.textScale() + textStep); });
    connect(m_actions->smaller, &QAction::triggered, this,
        [this, scaleTo] { scaleTo(m_theme.textScale() - textStep); });
    connect(m_actions->normalSize, &QAction::triggered, this, [scaleTo] { scaleTo(1); });
    connect(m_preferences, &SettingsController::textScaleChosen, this, scaleTo);
    connect(m_preferences, &SettingsController::lightnessChosen, this,
        [this](widgets::Lightness chosen) {
            for (const auto& [lightness, action] : m_actions->lightness)
                if (lightness == chosen)
                    action->trigger();
        });
    connect(m_actions->presentation, &QAction::toggled, this, [this](bool on) {
        if (on)
            m_presentation.start();
        else
            m_presentation.end();
        m_breakpoint.reset();
        arrange();
    });
}

void MainWindow::connectRecipeActions()
{
    connect(m_actions->presets, &QMenu::triggered, this,
        [this](QAction* preset) { m_session.usePreset(preset->data().toString().toStdString()); });
    for (const auto& [format, action] : m_actions->formats)
        connect(action, &QAction::triggered, this,
            [this, chosen = format] { m_session.recipe().assign(m_selection.tensors(), chosen); });
    for (const auto& [treatment, action] : m_actions->methods)
        connect(action, &QAction::triggered, this,
            [this, chosen = treatment] { m_session.recipe().setTreatment(chosen); });
    connect(&m_session.recipe(), &RecipeEditor::changed, this, [this] {
        for (const auto& [treatment, action] : m_actions->methods)
            action->setChecked(treatment == m_session.recipe().recipe().treatment());
    });
    connect(m_actions->improve, &QAction::triggered, m_swaps, &SwapController::improve);
    connectImprovement();
    connect(m_actions->loadRecipe, &QAction::triggered, m_files, &FileController::loadRecipe);
    connect(m_actions->saveRecipe, &QAction::triggered, m_files, &FileController::saveRecipe);
}

void MainWindow::connectRunActions()
{
    connect(m_actions->mainAction, &QAction::triggered, this, [this] {
        widgets::Page* page = currentPage();
        const QString whyNot = page->whyNotMainAction();
        if (whyNot.isEmpty())
            page->triggerMainAction();
        else
            QToolTip::showText(page->mapToGlobal(page->rect().topLeft()), whyNot, page);
    });
    connect(m_actions->predictLosses, &QAction::triggered, m_losses, &LossController::measure);
    connect(m_actions->measureActivations, &QAction::triggered, m_activations,
        &ActivationController::measure);
    connect(m_actions->quantize, &QAction::triggered, m_quantize, &QuantizeController::quantize);
    connect(m_actions->measureLoss, &QAction::triggered, this, [this] {
        if (const auto run = presentRun(m_session))
            m_quantize->evaluate(run->number);
        else
            m_quantize->quantize();
    });
    connect(m_actions->compareFile, &QAction::triggered, this, [this] {
        const QString file = m_files->askForModelFile();
        if (file.isEmpty())
            return;
        showPage(widgets::PageId::Compare);
        m_addedFiles->add(file.toStdString());
    });
    connect(m_actions->pause, &QAction::triggered, this,
        [this] { m_jobs.setPaused(!m_jobs.isPaused()); });
    connect(m_actions->cancel, &QAction::triggered, &m_jobs, &Jobs::cancel);
    connect(m_actions->queue, &QAction::triggered, this,
        [this] { m_queueList->showAbove(*m_bar->jobArea()); });
}

void MainWindow::connectImprovement()
{
    connect(m_swaps, &SwapController::failed, this, [this](const QString& reason) {
        m_pages->precision->message()->setMessage(widgets::MessageBar::Kind::Failure, reason);
    });
    connect(m_swaps, &SwapController::improved, this,
        [this](const SwapController::Improvement& improvement) {
            const QString measured
                = tr("%n tensors measured in other formats", nullptr, improvement.measured);
            m_pages->precision->message()->setMessage(widgets::MessageBar::Kind::Done,
                improvement.changed == 0
                    ? tr("%1: none of them is better within these bytes.").arg(measured)
                    : tr("%1, %n changed: KLD %2 instead of %3 on the calibration text, each "
                         "tensor rounded alone.",
                        nullptr, improvement.changed)
                          .arg(measured, widgets::kldText(improvement.after),
                              widgets::kldText(improvement.before)));
        });
}

void MainWindow::connectHelpActions()
{
    const auto topic = [this](QAction* action, const QString& name) {
        connect(action, &QAction::triggered, this, [this, name] { m_help->showTopic(name); });
    };
    topic(m_actions->tour, QStringLiteral("tour"));
    topic(m_actions->glossary, QStringLiteral("glossary"));
    topic(m_actions->sessionHelp, QStringLiteral("sessions"));
    topic(m_actions->keyboard, QStringLiteral("keyboard"));
    connect(m_actions->pageHelp, &QAction::triggered, this,
        [this] { m_help->showTopic(HelpWindow::topicOf(m_tabs->page())); });
    connect(m_actions->about, &QAction::triggered, this, [this] {
        QMessageBox::about(this, tr("About Quantscope"),
            tr("Quantscope %1\n\nLooks into language-model checkpoints, quantizes them and shows "
               "what it costs.\n\nFree software under the GNU General Public License, version 3 "
               "or later.")
                .arg(QApplication::applicationVersion()));
    });
}

void MainWindow::connectPages()
{
    using namespace widgets;
    connect(
        m_pages->start, &StartPage::openFolderRequested, m_actions->openFolder, &QAction::trigger);
    connect(m_pages->start, &StartPage::openFileRequested, m_actions->openFile, &QAction::trigger);
    connect(m_pages->start, &StartPage::helpRequested, this, [this](const QString& topic) {
        m_help->showTopic(topic == u"formats" ? QStringLiteral("glossary")
                : topic == u"shortcuts"       ? QStringLiteral("keyboard")
                                              : topic);
    });
    connect(m_pages->model, &ModelPage::openRequested, m_actions->openFolder, &QAction::trigger);
    connect(m_pages->model, &ModelPage::showInFolderRequested, m_actions->showInFolder,
        &QAction::trigger);
    connect(
        m_pages->model, &ModelPage::weightsRequested, this, [this] { showPage(PageId::Weights); });
    connect(m_pages->activations, &ActivationsPage::chooseTextRequested, m_files,
        &FileController::chooseCalibrationText);
    connect(m_pages->quantize, &QuantizePage::chooseCalibrationRequested, m_files,
        &FileController::chooseCalibrationText);
    connect(m_pages->quantize, &QuantizePage::chooseImatrixRequested, m_files,
        &FileController::chooseImatrix);
    connect(m_pages->compare, &ComparePage::chooseTextRequested, m_files,
        &FileController::chooseEvaluationText);
    connect(m_pages->compare, &ComparePage::addFileRequested, m_actions->compareFile,
        &QAction::trigger);
    connect(m_textPresenter, &TextPresenter::promptsRequested, this, [this] {
        const QString file = m_files->askForPrompts();
        if (!file.isEmpty())
            m_textPresenter->matchFile(file.toStdString());
    });
    connect(m_pages->precision, &PrecisionPage::loadRecipeRequested, m_files,
        &FileController::loadRecipe);
    connect(m_pages->precision, &PrecisionPage::saveRecipeRequested, m_files,
        &FileController::saveRecipe);
    connect(m_pages->exporting, &ExportPage::chooseFolderRequested, this, [this] {
        const QString folder = m_files->askForExportFolder(m_pages->exporting->settings().folder);
        if (!folder.isEmpty())
            m_exportPresenter->setFolder(folder);
    });
    const auto showExported = [this] {
        if (m_session.exported())
            openFolderOf(m_session.exported()->file.parent_path());
    };
    connect(m_pages->exporting, &ExportPage::openFolderRequested, this, showExported);
    connect(m_pages->model->shrink(), &ShrinkCard::showFileRequested, this, showExported);
    for (Page* page : m_pages->all())
        connect(page, &Page::savePlotRequested, m_files, &FileController::savePlot);
}

void MainWindow::connectActionStates()
{
    const auto update = [this] { updateActions(); };
    connect(&m_session, &Session::modelChanged, this, update);
    connect(&m_session, &Session::textsChanged, this, update);
    connect(&m_session.recipe(), &RecipeEditor::changed, this, update);
    connect(&m_session.recipe().undoStack(), &QUndoStack::indexChanged, this, update);
    connect(&m_session.runs(), &RunList::changed, this, update);
    connect(m_table, &widgets::TensorTable::selectionEdited, this, update);
    connect(m_activations, &ActivationController::runningChanged, this, update);
    connect(m_swaps, &SwapController::runningChanged, this, update);
    connect(m_losses, &LossController::runningChanged, this, update);
    connect(&m_session, &Session::lossesChanged, this, update);
    connect(m_quantize, &QuantizeController::phaseChanged, this, update);
    connect(&m_theme, &widgets::Theme::changed, this, update);
    connect(&m_jobs, &Jobs::failed, this, update);
    connect(&m_jobs, &Jobs::started, this, update);
    connect(&m_jobs, &Jobs::pausedChanged, this, update);
    connect(&m_jobs, &Jobs::finished, this, update);
    connect(&m_jobs, &Jobs::cancelled, this, update);
    updateActions();
}

void MainWindow::updateActions()
{
    const QUndoStack& undo = m_session.recipe().undoStack();
    WindowState state;
    state.isOpen = m_session.isOpen();
    state.whyNotActivations = m_activations->whyNot();
    state.whyNotQuantize = m_quantize->whyNotQuantize();
    state.whyNotLoss = state.isOpen && presentRun(m_session) ? m_quantize->whyNotEvaluate()
                                                             : m_quantize->whyNotQuantize();
    state.whyNotImprove = m_swaps->whyNot();
    state.whyNotPredict = m_losses->whyNot();
    state.jobRuns = m_jobs.state().id != 0;
    state.jobPaused = m_jobs.isPaused();
    state.tensorIsCurrent = m_table->currentTensor() >= 0;
    const auto& tensors = m_selection.tensors();
    state.matricesSelected = int(std::count_if(tensors.begin(), tensors.end(),
        [this](int tensor) { return m_model.row(tensor).isMatrix(); }));
    state.undoText = undo.undoText();
    state.redoText = undo.redoText();
    state.textScale = m_theme.textScale();
    m_actions->setState(state);
}

void MainWindow::updateRecentMenu()
{
    m_actions->recent->clear();
    for (const RecentModel& model : m_recent.models())
        connect(m_actions->recent->addAction(model.path), &QAction::triggered, this,
            [this, path = model.path] { open(path.toStdString()); });
    m_actions->recent->setEnabled(!m_recent.models().isEmpty());
}

void MainWindow::moveFocus(int areas)
{
    // Tabs, filter, table, right side, balance bar.
    const std::array<QWidget*, 5> areaWidgets{ m_tabs, m_table, m_table, m_pages, m_bar };
    const QWidget* focused = QApplication::focusWidget();
    int current = 0;
    for (int i = 0; i < int(areaWidgets.size()); ++i) {
        if (focused && areaWidgets[std::size_t(i)]->isAncestorOf(focused))
            current = i;
    }
    if (current == 2 && focused && focused->inherits("QLineEdit"))
        current = 1;
    const int count = int(areaWidgets.size());
    switch ((current + areas + count) % count) {
    case 0:
        return m_tabs->focusTabs();
    case 1:
        return m_table->focusFilter();
    case 2:
        return m_table->focusTable();
    case 3:
        currentPage()->setFocus(Qt::ShortcutFocusReason);
        if (QApplication::focusWidget() != currentPage())
            return;
        currentPage()->nextInFocusChain()->setFocus(Qt::TabFocusReason);
        return;
    default:
        return m_bar->jobArea()->setFocus(Qt::ShortcutFocusReason);
    }
}

void MainWindow::presentCommands()
{
    m_palette->present(commandList(*m_actions, m_session, m_recent, *m_table,
        [this](const QString& path) { open(path.toStdString()); }));
}

} // namespace app
