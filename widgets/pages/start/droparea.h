// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

namespace widgets {

/// The dashed area that says where a model may be dropped. It only shows: the page takes the drop.
class DropArea : public QWidget {
    Q_OBJECT

public:
    explicit DropArea(QWidget* parent = nullptr);

    /// Whether something that can be opened hovers over the page.
    void setActive(bool active);

signals:
    void openFolderRequested();
    void openFileRequested();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    bool m_active = false;
};

} // namespace widgets
