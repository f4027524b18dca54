// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/exportcontroller.h"
#include "app/controllers/quantizecontroller.h"
#include "app/session/selection.h"
#include "app/session/session.h"
#include "widgets/pages/export/existingchoice.h"

#include <QObject>
#include <QTimer>

namespace widgets {
class ExportPage;
class TensorModel;
struct ExportSettings;
}

namespace app {

/// Fills page 7 from the session, and the table's export columns. A source is a run's number, 0
/// for the model as it is, −1 for the recipe that has no run yet: exporting it quantizes first.
class ExportPresenter : public QObject {
    Q_OBJECT

public:
    ExportPresenter(widgets::ExportPage& page, widgets::TensorModel& table, Session& session,
        Selection& selection, QuantizeController& quantize, ExportController& controller,
        Jobs& jobs, QObject* parent = nullptr);

    void startExport();
    /// The folder the user chose.
    void setFolder(const QString& folder);

private:
    void connectSession();
    void connectPage();
    void connectRun();
    void suggest();
    void fillSources();
    void fillNow(); ///< what would be filled soon
    void fillPlan();
    void fillChecks();
    void fillTable();
    void fillExpectation();
    void showSource();
    void showReport();
    void exportSource(int run, const core::ExportTarget& target);
    core::ExportTarget target() const; ///< as the page says
    bool isWritten() const; ///< whether what is shown is the file that was written last
    widgets::ExistingFile existingFile(const core::ExportTarget& target) const;
    std::shared_ptr<const Run> run() const; ///< null for 0 and −1
    std::optional<core::GgufPlan> plan() const;
    std::vector<core::PlannedTensor> planned() const; ///< of the run or the recipe
    std::string whyNoPlan() const; ///< empty: there is one
    core::GgufExportOptions options() const;
    QString sourceTitle() const;
    core::Recipe sourceRecipe() const;

    widgets::ExportPage& m_page;
    widgets::TensorModel& m_table;
    Session& m_session;
    QuantizeController& m_quantize;
    ExportController& m_controller;
    int m_source = -1;
    bool m_sourceChosen = false; ///< by the user; else it follows the recipe
    /// To write once the running quantization is done.
    std::optional<core::ExportTarget> m_exportNext;
    bool m_showsReport = false;
    std::optional<core::GgufPlan> m_plan; ///< as last shown; none: no file can be written
    QTimer m_fillSoon;
    QString m_proposedName; ///< beside a name that is taken
    QString m_suggestedName; ///< what the user has not changed follows the source
};

} // namespace app
