// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QTreeWidget>

namespace widgets {

/// A table of a dialog: the first column takes the room that is left, the others hold figures and
/// are as wide as those. Several rows can be selected; it asks for little height and takes more.
class SettingsTable : public QTreeWidget {
    Q_OBJECT

public:
    explicit SettingsTable(const QStringList& headers, QWidget* parent = nullptr);

    /// Puts the figures of `item` to the right and makes its first text its tooltip.
    static void arrange(QTreeWidgetItem& item);

    QSize sizeHint() const override;

signals:
    void deletePressed();

protected:
    void keyPressEvent(QKeyEvent* event) override;
};

} // namespace widgets
