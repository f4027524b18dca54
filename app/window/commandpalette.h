// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <QDialog>
#include <QStringList>

#include <functional>
#include <vector>

class QLineEdit;
class QListView;

namespace app {

/// One thing the palette can do.
struct Command {
    QString text; ///< "Assign Q4_K"
    QString hint; ///< its shortcut, or what kind of thing it is
    QString disabledReason; ///< why it cannot be run now; empty: it can
    std::function<void()> run;
};

/// Commands that match what was typed, best first: the letters in order, whole words and recently
/// used ones ahead.
class CommandModel : public QAbstractListModel {
    Q_OBJECT

public:
    using QAbstractListModel::QAbstractListModel;

    void setCommands(std::vector<Command> commands, const QStringList& lastUsed);
    void setQuery(const QString& query);
    const Command& command(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

private:
    std::vector<Command> m_commands;
    QStringList m_lastUsed;
    std::vector<int> m_shown; ///< indices into m_commands
};

/// How well `query` fits `text` as a subsequence, ignoring case; −1 if it does not. Letters at the
/// start of words and in a row count more. Pure.
int matchScore(const QString& query, const QString& text);

/// Everything the window can do, found by typing (Ctrl+K). Enter runs, Esc closes.
class CommandPalette : public QDialog {
    Q_OBJECT

public:
    explicit CommandPalette(QWidget* parent);

    /// Opens at the top of the parent window with these commands.
    void present(std::vector<Command> commands);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void runCurrent();

    QLineEdit* m_query;
    QListView* m_list;
    CommandModel* m_model;
    QStringList m_lastUsed; ///< texts, newest first
};

} // namespace app
