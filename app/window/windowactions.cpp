// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/windowactions.h"

#include "app/session/recipeeditor.h"
#include "core/quant/plan.h"
#include "widgets/bar/pagebar.h"
#include "widgets/models/formatabout.h"
#include "widgets/pages/quantize/methodchooser.h"

#include <QAction>
#include <QActionGroup>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>

namespace app {

WindowActions::WindowActions(QMainWindow& window)
    : QObject(&window)
    , m_window(window)
{
    makeFileMenu();
    makeEditMenu();
    makeViewMenu();
    makeRecipeMenu();
    makeRunMenu();
    makeHelpMenu();
    for (QMenu* menu : m_window.menuBar()->findChildren<QMenu*>())
        menu->setToolTipsVisible(true);
    setState({});
}

QAction* WindowActions::add(QMenu* menu, const QString& text, const QKeySequence& shortcut)
{
    QAction* action = menu->addAction(text);
    action->setShortcut(shortcut);
    m_window.addAction(action); // its shortcut works while the menu bar is hidden, too
    return action;
}

void WindowActions::makeFileMenu()
{
    QMenu* menu = m_window.menuBar()->addMenu(tr("&File"));
    openFolder = add(menu, tr("&Open folder..."), QKeySequence::Open);
    openFile = add(menu, tr("Open &file..."), Qt::CTRL | Qt::SHIFT | Qt::Key_O);
    recent = menu->addMenu(tr("Open &recent"));
    openSample = add(menu, tr("Open the bundled &sample"));
    menu->addSeparator();
    openSession = add(menu, tr("Open s&ession..."));
    saveSession = add(menu, tr("S&ave session as..."), QKeySequence::SaveAs);
    menu->addSeparator();
    showInFolder = add(menu, tr("Show the model in its folder"));
    exportGguf = add(menu, tr("&Export GGUF..."), Qt::CTRL | Qt::Key_E);
    menu->addSeparator();
    quit = add(menu, tr("&Quit"), Qt::CTRL | Qt::Key_Q);
    quit->setMenuRole(QAction::QuitRole);
}

void WindowActions::makeEditMenu()
{
    QMenu* menu = m_window.menuBar()->addMenu(tr("&Edit"));
    undo = add(menu, tr("&Undo"), QKeySequence::Undo);
    redo = add(menu, tr("&Redo"), Qt::CTRL | Qt::SHIFT | Qt::Key_Z);
    menu->addSeparator();
    selectAll = add(menu, tr("Select &all shown tensors"));
    selectRole = add(menu, tr("Select this &role in all layers"), Qt::CTRL | Qt::SHIFT | Qt::Key_A);
    menu->addSeparator();
    find = add(menu, tr("&Filter tensors"), QKeySequence::Find);
    palette = add(menu, tr("&Commands..."), Qt::CTRL | Qt::Key_K);
    menu->addSeparator();
    settings = add(menu, tr("Se&ttings..."), Qt::CTRL | Qt::Key_Comma);
    settings->setMenuRole(QAction::PreferencesRole);
}

void WindowActions::makeViewMenu()
{
    QMenu* menu = m_window.menuBar()->addMenu(tr("&View"));
    auto* pageGroup = new QActionGroup(this);
    for (int page = 0; page < widgets::pageCount; ++page) {
        pages[std::size_t(page)] = add(menu, widgets::PageBar::title(widgets::PageId(page)),
            QKeySequence(Qt::CTRL | Qt::Key(Qt::Key_1 + page)));
        pages[std::size_t(page)]->setCheckable(true);
        pageGroup->addAction(pages[std::size_t(page)]);
    }
    menu->addSeparator();
    table = add(menu, tr("&Table"), Qt::Key_F9);
    table->setCheckable(true);
    table->setChecked(true);
    flat = add(menu, tr("&Flat list"));
    flat->setCheckable(true);
    expandAll = add(menu, tr("&Unfold all layers"));
    collapseAll = add(menu, tr("F&old all layers"));
    nextArea = add(menu, tr("&Next area"), Qt::Key_F6);
    previousArea = add(menu, tr("&Previous area"), Qt::SHIFT | Qt::Key_F6);
    menu->addSeparator();
    QMenu* themes = menu->addMenu(tr("Colours"));
    auto* themeGroup = new QActionGroup(this);
    using widgets::Lightness;
    for (const auto& [value, text] : { std::pair(Lightness::System, tr("As the system")),
             std::pair(Lightness::Light, tr("Light")), std::pair(Lightness::Dark, tr("Dark")) }) {
        QAction* action = add(themes, text);
        action->setCheckable(true);
        action->setChecked(value == Lightness::System);
        themeGroup->addAction(action);
        lightness.emplace_back(value, action);
    }
    makeTextSizes(menu);
}

void WindowActions::makeTextSizes(QMenu* menu)
{
    larger = add(menu, tr("Larger text"));
    larger->setShortcuts({ QKeySequence(Qt::CTRL | Qt::Key_Plus),
        QKeySequence(Qt::CTRL | Qt::Key_Equal) }); // "+" without Shift on many layouts
    smaller = add(menu, tr("Smaller text"), Qt::CTRL | Qt::Key_Minus);
    normalSize = add(menu, tr("Normal text"), Qt::CTRL | Qt::Key_0);
    presentation = add(menu, tr("Presentation"), Qt::Key_F11);
    presentation->setCheckable(true);
}

void WindowActions::makeRecipeMenu()
{
    QMenu* menu = m_window.menuBar()->addMenu(tr("&Recipe"));
    presets = menu->addMenu(tr("&Presets"));
    makePresets();
    assign = menu->addMenu(tr("&Assign to the selected tensors"));
    assign->setToolTipsVisible(true);
    makeAssignment(&core::formats::source);
    for (const widgets::FormatGroup& formatGroup : widgets::formatGroups()) {
        assign->addSection(formatGroup.title);
        for (const core::Format* format : formatGroup.formats)
            makeAssignment(format);
    }
    menu->addSeparator();
    auto* group = new QActionGroup(this);
    for (const core::Treatment treatment : widgets::allTreatments()) {
        QString text = methodTitle(treatment);
        text[0] = text[0].toUpper();
        QAction* action = add(menu, text);
        action->setCheckable(true);
        group->addAction(action);
        methods.emplace_back(treatment, action);
    }
    menu->addSeparator();
    improve = add(menu, tr("&Improve by measuring"));
    loadRecipe = add(menu, tr("&Load recipe..."));
    saveRecipe = add(menu, tr("&Save recipe..."));
}

void WindowActions::makeAssignment(const core::Format* format)
{
    QAction* action = assign->addAction(widgets::formatEntry(format));
    action->setToolTip(widgets::formatLine(format));
    formats.emplace_back(format, action);
}

void WindowActions::makePresets()
{
    QMenu* everywhere = presets->addMenu(tr("One format everywhere"));
    presets->addSeparator();
    for (const std::string& preset : core::presetNames()) {
        const QString name = QString::fromStdString(preset);
        QMenu* menu = core::findFormat(preset) ? everywhere : presets;
        presetActions.push_back(menu->addAction(widgets::presetTitle(name)));
        presetActions.back()->setData(name);
    }
}

void WindowActions::makeRunMenu()
{
    QMenu* menu = m_window.menuBar()->addMenu(tr("R&un"));
    mainAction = add(menu, tr("Main action of the page"), Qt::CTRL | Qt::Key_R);
    menu->addSeparator();
    measureActivations = add(menu, tr("Measure &activations"));
    predictLosses = add(menu, tr("Predict l&osses"));
    quantize = add(menu, tr("&Quantize"));
    measureLoss = add(menu, tr("Measure what was &lost"));
    compareFile = add(menu, tr("Compare with a &file..."));
    menu->addSeparator();
    pause = add(menu, tr("&Pause the job"));
    cancel = add(menu, tr("&Cancel the job"));
    queue = add(menu, tr("Q&ueue..."), Qt::CTRL | Qt::Key_J);
}

void WindowActions::makeHelpMenu()
{
    QMenu* menu = m_window.menuBar()->addMenu(tr("&Help"));
    pageHelp = add(menu, tr("&Help of this page"), QKeySequence::HelpContents);
    tour = add(menu, tr("A tour in 7 questions"));
    glossary = add(menu, tr("What the words mean"));
    sessionHelp = add(menu, tr("Sessions and the queue"));
    keyboard = add(menu, tr("Keyboard shortcuts"));
    menu->addSeparator();
    about = add(menu, tr("About Quantscope"));
    about->setMenuRole(QAction::AboutRole);
}

std::vector<QAction*> WindowActions::all() const
{
    const QList<QAction*> actions = m_window.actions();
    return { actions.begin(), actions.end() };
}

} // namespace app
