// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/window/windowstate.h"
#include "core/formats/format.h"
#include "core/quant/recipe.h"
#include "widgets/models/tensorcolumns.h"
#include "widgets/theme.h"

#include <QKeySequence>
#include <QObject>

#include <array>
#include <utility>
#include <vector>

class QAction;
class QMainWindow;
class QMenu;

namespace app {

/// Every action of the window with its shortcut, in its menu. They do nothing by themselves: the
/// window and its controllers connect them.
class WindowActions : public QObject {
    Q_OBJECT

public:
    /// Fills the menu bar of `window`.
    explicit WindowActions(QMainWindow& window);

    // File
    QAction *openFolder, *openFile, *openSample, *openSession, *saveSession, *showInFolder,
        *exportGguf, *quit;
    QMenu* recent;
    // Edit
    QAction *undo, *redo, *selectAll, *selectRole, *find, *palette, *settings;
    // View
    std::array<QAction*, std::size_t(widgets::pageCount)> pages;
    QAction *table, *flat, *expandAll, *collapseAll, *presentation;
    QAction *larger, *smaller, *normalSize, *nextArea, *previousArea;
    std::vector<std::pair<widgets::Lightness, QAction*>> lightness;
    // Recipe
    QMenu *presets, *assign;
    std::vector<QAction*> presetActions; ///< with the preset's name as data
    std::vector<std::pair<const core::Format*, QAction*>> formats;
    std::vector<std::pair<core::Treatment, QAction*>> methods;
    QAction *improve, *loadRecipe, *saveRecipe;
    // Run
    QAction *mainAction, *measureActivations, *predictLosses, *quantize, *measureLoss, *compareFile,
        *pause, *cancel, *queue;
    // Help
    QAction *pageHelp, *tour, *glossary, *sessionHelp, *keyboard, *about;

    /// All of them that can be run, for the command palette.
    std::vector<QAction*> all() const;
    /// Enables what can be run; the others say why they cannot in their tooltip and the property
    /// whyNotProperty.
    void setState(const WindowState& state);
    static constexpr const char* whyNotProperty = "whyNot";

private:
    void allowRecipe(const WindowState& state, const QString& closed);
    QAction* add(QMenu* menu, const QString& text, const QKeySequence& shortcut = {});
    void makeFileMenu();
    void makeEditMenu();
    void makeViewMenu();
    void makeTextSizes(QMenu* menu);
    void makeRecipeMenu();
    void makeAssignment(const core::Format* format);
    void makePresets();
    void makeRunMenu();
    void makeHelpMenu();

    QMainWindow& m_window;
};

} // namespace app
