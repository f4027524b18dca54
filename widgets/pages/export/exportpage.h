// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/export/ggufexport.h"
#include "widgets/pages/compare/runrow.h"
#include "widgets/pages/export/exportform.h"
#include "widgets/pages/page.h"

#include <optional>
#include <vector>

class QBoxLayout;
class QPlainTextEdit;
class QTableWidget;

namespace widgets {

class Card;
class CheckList;
class FileBar;

/// What speaks for or against the file. Unknown figures are negative.
struct ExportChecks {
    double freeBytes = -1;
    int fallbacks = 0;
    bool hasTokenizer = true;
    bool hasChatTemplate = false;
    bool folderExists = true;
    bool hasName = true; ///< the file to write
    ExistingFile existing; ///< what has its name already
    bool isReplacing = false; ///< the user said so; the page itself knows
    QString measured; ///< "KLD 0.00456"; empty: not measured
};

/// What will be written? Exact bytes, metadata and checks before; the verified file after.
class ExportPage : public Page {
    Q_OBJECT

public:
    explicit ExportPage(QWidget* parent = nullptr);

    /// What can be exported: finished runs, the original (number 0), and (number −1) the recipe if
    /// it has no run yet.
    void setSources(const std::vector<RunRow>& sources, int chosen);
    /// The exact file; none while it cannot be planned (`reason`: why).
    void setPlan(const std::optional<core::GgufPlan>& plan, const QString& reason = {});
    void setSettings(const ExportSettings& settings); ///< without a signal
    ExportSettings settings() const;
    void setChecks(const ExportChecks& checks);
    /// What the user said beside the name; asked anew for every file.
    core::Existing existing() const;
    /// Whether the file can be written, with what is known now.
    bool canExport() const;
    /// Shows the finished file; none: nothing written since the plan changed.
    void setReport(const std::optional<core::GgufExportReport>& report);
    void setError(const QString& error); ///< a failure; no file was kept
    void setRunning(bool running);
    /// What to expect there: the line under the command; empty: none.
    void setExpectation(const QString& text);

signals:
    void sourceChosen(int run);
    void settingsChanged(const widgets::ExportSettings& settings);
    void chooseFolderRequested();
    void exportRequested();
    void cancelRequested();
    void openFolderRequested();
    void placesSelected(const std::vector<core::Place>& places);

protected:
    void arrange() override;

private:
    QWidget* makeFileCard();
    QWidget* makeCommandCard();
    void updateAnswer();
    void updateButtons();
    void updateChecks();
    void updateCommand();
    QString obstacle() const;
    void showMetadata();

    std::vector<RunRow> m_sources;
    int m_source = 0;
    std::optional<core::GgufPlan> m_plan;
    QString m_reason;
    ExportChecks m_checks;
    std::optional<core::GgufExportReport> m_report;
    QString m_expectation;
    bool m_running = false;

    QPushButton* m_export;
    QPushButton* m_cancel;
    FileBar* m_bar;
    ExportForm* m_form;
    QTableWidget* m_metadata;
    CheckList* m_checkList;
    QPlainTextEdit* m_command;
    Label* m_expected;
    QBoxLayout* m_columns;
};

} // namespace widgets
