// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include <filesystem>

class QTextBrowser;

namespace app {

/// The help: the Markdown pages of resources/help.
class HelpWindow : public QDialog {
    Q_OBJECT

public:
    HelpWindow(const std::filesystem::path& folder, QWidget* parent);

    /// "tour", "glossary", "keyboard", "command-line"; any other topic shows the tour.
    void showTopic(const QString& topic);

private:
    QString m_folder;
    QTextBrowser* m_text;
};

} // namespace app
