// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/icons.h"

#include <QtWidgets/QWidget>

namespace widgets {

/// An icon that only shows, sharp at every scale, in the palette of the moment.
class IconLabel : public QWidget {
    Q_OBJECT

public:
    /// `pixels` at the design's text size.
    explicit IconLabel(int pixels = 16, QWidget* parent = nullptr);
    void setIcon(const QString& name, Ink ink = Ink::Text);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int m_pixels;
    QIcon m_icon;
};

} // namespace widgets
