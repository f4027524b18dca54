// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/export/ggufexport.h"
#include "widgets/pages/page.h"
#include "widgets/pages/runrow.h"

#include <optional>
#include <vector>

namespace widgets {

/// Where and under which names the file will be written.
struct ExportSettings {
    QString folder, fileName, modelName, license;
};

/// What speaks for or against the file. Unknown figures are negative.
struct ExportChecks {
    double freeBytes = -1;
    int fallbacks = 0;
    bool hasTokenizer = true;
    bool hasChatTemplate = false;
    bool folderExists = true;
    bool fileExists = false; ///< it will be replaced
    QString measured; ///< "KLD 0.00456"; empty: not measured
};

/// What will be written? Exact bytes, metadata and checks before; the verified file after.
class ExportPage : public Page {
    Q_OBJECT

public:
    explicit ExportPage(QWidget* parent = nullptr);

    /// What can be exported: finished runs, the original, and (number −1) the recipe if it has no
    /// run yet.
    void setSources(const std::vector<RunRow>& sources, int chosen);
    /// The exact file; none while it cannot be planned (`reason`: why).
    void setPlan(const std::optional<core::GgufPlan>& plan, const QString& reason = {});
    void setSettings(const ExportSettings& settings); ///< without a signal
    ExportSettings settings() const;
    void setChecks(const ExportChecks& checks);
    /// Shows the finished file, or a failure (`error`, with what is kept).
    void setReport(const core::GgufExportReport& report);
    void setError(const QString& error);
    void setRunning(bool running);
    /// Bound of tokens/s and perplexity for the line under the command; empty: none.
    void setExpectation(const QString& text);

signals:
    void sourceChosen(int run);
    void settingsChanged(const widgets::ExportSettings& settings);
    void chooseFolderRequested();
    void exportRequested();
    void cancelRequested();
    void openFolderRequested();
    void placesSelected(const std::vector<core::Place>& places);

private:
    class Private;
    Private* d;
};

} // namespace widgets
