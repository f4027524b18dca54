// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/iconlabel.h"

#include "widgets/theme.h"

#include <QtGui/QPainter>

namespace widgets {

IconLabel::IconLabel(int pixels, QWidget* parent)
    : QWidget(parent)
    , m_pixels(pixels)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void IconLabel::setIcon(const QString& name, Ink ink)
{
    m_icon = icon(name, ink);
    update();
}

QSize IconLabel::sizeHint() const { return { scaled(m_pixels), scaled(m_pixels) }; }

void IconLabel::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    m_icon.paint(&painter, rect(), Qt::AlignCenter, isEnabled() ? QIcon::Normal : QIcon::Disabled);
}

} // namespace widgets
