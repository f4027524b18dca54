// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/tensorcolumns.h"

#include <QDialog>

#include <filesystem>

class QListWidget;
class QTextBrowser;

namespace app {

/// The help: the Markdown pages of resources/help, listed at the left.
class HelpWindow : public QDialog {
    Q_OBJECT

public:
    HelpWindow(const std::filesystem::path& folder, QWidget* parent);

    /// A file of the folder without ".md": "tour", "weights"; any other topic shows the tour.
    void showTopic(const QString& topic);
    QString topic() const; ///< shown
    QStringList topics() const; ///< listed
    static QString topicOf(widgets::PageId page);

private:
    void fillList();
    void read(const QString& topic);

    QString m_folder;
    QListWidget* m_list;
    QTextBrowser* m_text;
};

} // namespace app
