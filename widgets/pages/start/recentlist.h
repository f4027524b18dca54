// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/pages/start/startpage.h"

#include <QtWidgets/QAbstractButton>

namespace widgets {

/// One recent model or session as a row that opens it: icon, name over folder, facts, size, date.
class RecentRow : public QAbstractButton {
    Q_OBJECT

public:
    explicit RecentRow(const RecentEntry& entry, QWidget* parent = nullptr);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    void removeRequested();

protected:
    void paintEvent(QPaintEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    RecentEntry m_entry;
};

/// A card of such rows under a title, each with the run that was interrupted; hidden while empty.
class RecentList : public QWidget {
    Q_OBJECT

public:
    explicit RecentList(const QString& title, QWidget* parent = nullptr);

    void setEntries(const std::vector<RecentEntry>& entries);

signals:
    void openRequested(const QString& path);
    void resumeRequested(const QString& path);
    void removeRequested(const QString& path);

private:
    void addRow(const RecentEntry& entry);
    void addInterrupted(const RecentEntry& entry);

    Card* m_card;
};

} // namespace widgets
