// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/pages/compare/runrow.h"
#include "widgets/pages/export/existingchoice.h"

#include <QtWidgets/QWidget>

#include <vector>

class QComboBox;
class QLineEdit;
class QPushButton;

namespace widgets {

class Form;

/// Where and under which names the file will be written.
struct ExportSettings {
    QString folder, fileName, modelName, license;
};

/// The fields of the export page: which run, where to, and what the file says of itself.
class ExportForm : public QWidget {
    Q_OBJECT

public:
    explicit ExportForm(QWidget* parent = nullptr);

    void setSources(const std::vector<RunRow>& sources, int chosen);
    void setSettings(const ExportSettings& settings); ///< without a signal
    ExportSettings settings() const;
    /// What stands at the file's name; the choice is forgotten when the name or the folder changes.
    void setExisting(const ExistingFile& file);
    const ExistingChoice& existing() const { return *m_existing; }
    void forgetChoice();

signals:
    void sourceChosen(int run);
    void settingsChanged(const widgets::ExportSettings& settings);
    void chooseFolderRequested();
    void replacingChanged();

private:
    QLineEdit* addField(
        const QString& label, const QString& placeholder, QWidget* beside = nullptr);

    Form* m_form;
    QComboBox* m_source;
    QPushButton* m_choose;
    QLineEdit* m_folder;
    QLineEdit* m_fileName;
    ExistingChoice* m_existing;
    QLineEdit* m_modelName;
    QLineEdit* m_license;
};

} // namespace widgets
