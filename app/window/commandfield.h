// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPushButton>

class QAction;

namespace app {

/// What looks like a search field at the right end of the menu bar and opens the palette.
class CommandField : public QPushButton {
    Q_OBJECT

public:
    explicit CommandField(QAction& opensPalette, QWidget* parent = nullptr);

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_shortcut;
};

} // namespace app
