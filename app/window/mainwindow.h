// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/jobs.h"
#include "app/jobs/pace.h"
#include "app/jobs/saver.h"
#include "app/session/recentmodels.h"
#include "app/session/selection.h"
#include "app/session/session.h"
#include "app/window/presentation.h"
#include "widgets/models/tensormodel.h"
#include "widgets/pages/page.h"

#include <QMainWindow>

#include <filesystem>
#include <memory>

class QSettings;
class QSplitter;
class QStackedWidget;

namespace widgets {
class BalanceBar;
class PageBar;
class QueueList;
class TensorTable;
class Theme;
}

namespace app {

class ActivationController;
class AddedFilesController;
class CommandPalette;
class ExportController;
class ExportPresenter;
class FileController;
class HelpWindow;
class LossController;
class OpenController;
class QuantizeController;
class RunQueue;
class SessionKeeper;
class SettingsController;
class ShrinkController;
class SwapController;
class TensorScout;
class TextController;
class TextPresenter;
class WindowActions;
class WindowPages;

/// Folders the window works with.
struct WindowFolders {
    std::filesystem::path resources; ///< sample, help
    std::filesystem::path cache; ///< the shelf lies in it
    std::filesystem::path data; ///< sessions and the queue lie in it
    std::filesystem::path home = {}; ///< of the user: other programs keep models there; empty: none
};

/// The window: tabs, the tensor table, the pages, the balance bar. It makes the parts and connects
/// them; what they show comes from presenters, what they start from controllers.
class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    MainWindow(QSettings& settings, widgets::Theme& theme, std::vector<core::Device> devices,
        const WindowFolders& folders);
    /// Cancels the jobs and waits for them; finished layers of a quantization are kept.
    ~MainWindow() override;

    void open(const std::filesystem::path& model);
    void showPage(widgets::PageId page);

    // What tests and pictures drive.
    Session& session() { return m_session; }
    Selection& selection() { return m_selection; }
    widgets::TensorTable& table() { return *m_table; }
    WindowPages& pages() { return *m_pages; }
    TensorScout& scout() { return *m_scout; }
    ActivationController& activationController() { return *m_activations; }
    QuantizeController& quantizeController() { return *m_quantize; }
    AddedFilesController& addedFiles() { return *m_addedFiles; }
    TextController& textController() { return *m_texts; }
    ExportController& exportController() { return *m_export; }
    ShrinkController& shrinkController() { return *m_shrink; }
    RunQueue& queue() { return *m_queue; }
    widgets::QueueList& queueList() { return *m_queueList; }
    OpenController& openController() { return *m_open; }
    FileController& fileController() { return *m_files; }
    Jobs& jobs() { return m_jobs; }
    widgets::Page* currentPage() const;

signals:
    /// A model or small file could not be opened or written; it stands in the current page.
    void failureShown(const QString& reason);

protected:
    void closeEvent(QCloseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void makeLayout();
    void makeMenuBar();
    void makeControllers(const WindowFolders& folders);
    void makePresenters(const WindowFolders& folders);
    void connectActionStates();
    void connectActions();
    void connectFileActions();
    void connectEditActions();
    void connectViewActions();
    void connectRecipeActions();
    void connectImprovement();
    void connectRunActions();
    void connectHelpActions();
    void connectPages();
    void connectSession();
    void updateTitle();
    void updateMarks();
    void updateActions(); ///< which can be run, and why the rest cannot
    void updateRecentMenu();
    void arrange(); ///< by the window's size
    void moveFocus(int areas);
    void presentCommands();
    void showFailure(const QString& reason, const QString& kept);
    void showMissingModel(const QString& session, const QString& model);
    void showNotes(); ///< of what could not be brought back
    void tellWhenDone(); ///< on the desktop
    void saveSession();
    void restoreLooks();
    void rememberLooks();
    void restoreLayout();
    std::string view() const; ///< what the session keeps of the window, JSON
    void restoreView();
    void restoreView(const core::Json& view);

    QSettings& m_settings;
    widgets::Theme& m_theme;
    Presentation m_presentation;
    Pace m_pace;
    RecentModels m_recent;
    Selection m_selection;
    Session m_session;
    widgets::TensorModel m_model;
    Saver m_saver; ///< sessions and the queue; ends after all that changes them
    Jobs m_quick; ///< opening, statistics, roundings of the selected tensor: short tasks that must
                  ///< not wait behind a quantization
    Jobs m_jobs; ///< activations, quantizing, measuring, exporting: shown in the job area

    std::unique_ptr<QObject> m_presenters; ///< owns them
    WindowActions* m_actions = nullptr;
    widgets::PageBar* m_tabs = nullptr;
    QSplitter* m_splitter = nullptr;
    widgets::TensorTable* m_table = nullptr;
    WindowPages* m_pages = nullptr;
    widgets::BalanceBar* m_bar = nullptr;
    widgets::QueueList* m_queueList = nullptr;
    CommandPalette* m_palette = nullptr;
    HelpWindow* m_help = nullptr;
    SessionKeeper* m_keeper = nullptr;
    RunQueue* m_queue = nullptr;
    OpenController* m_open = nullptr;
    TensorScout* m_scout = nullptr;
    LossController* m_losses = nullptr;
    SwapController* m_swaps = nullptr;
    ActivationController* m_activations = nullptr;
    QuantizeController* m_quantize = nullptr;
    AddedFilesController* m_addedFiles = nullptr;
    TextController* m_texts = nullptr;
    TextPresenter* m_textPresenter = nullptr;
    ExportController* m_export = nullptr;
    ShrinkController* m_shrink = nullptr;
    ExportPresenter* m_exportPresenter = nullptr;
    FileController* m_files = nullptr;
    SettingsController* m_preferences = nullptr;
    std::optional<widgets::PageId> m_firstPage; ///< of last time, until a model is opened
    std::optional<widgets::PageId> m_failedPage; ///< has a square dot
    std::optional<widgets::Breakpoint> m_breakpoint;
};

} // namespace app
