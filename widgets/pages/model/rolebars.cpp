// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/model/rolebars.h"

#include "widgets/format.h"
#include "widgets/theme.h"

#include <QtGui/QKeyEvent>
#include <QtGui/QPainter>

#include <algorithm>

namespace widgets {
namespace {
    constexpr int roleHeight = 17;
}

RoleBars::RoleBars(QWidget* parent)
    : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setAccessibleName(tr("Share of the parameters by role"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Minimum);
}

void RoleBars::setBars(std::vector<Bar> bars)
{
    m_bars = std::move(bars);
    m_cursor = 0;
    QStringList words;
    for (const Bar& bar : m_bars)
        words.append(tr("%1 %2").arg(bar.name, percentText(bar.share)));
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

QSize RoleBars::sizeHint() const
{
    return { scaled(240), std::max(1, int(m_bars.size())) * scaled(roleHeight) };
}

QRectF RoleBars::rowRect(std::size_t row) const
{
    const double height
        = std::min(double(this->height()) / double(std::max<std::size_t>(1, m_bars.size())),
            scaled(roleHeight) * 1.4);
    return { 0, double(row) * height, double(width()), height };
}

void RoleBars::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const Tokens tokens = tokensOf(palette());
    const QFont font = textFont(13);
    painter.setFont(font);
    const QFontMetricsF metrics(font);
    double names = 0, most = 0;
    for (const Bar& bar : m_bars) {
        names = std::max(names, metrics.horizontalAdvance(bar.name));
        most = std::max(most, bar.share);
    }
    const double left = names + scaled(10), right = width() - scaled(60);
    for (std::size_t i = 0; i < m_bars.size(); ++i) {
        const QRectF row = rowRect(i);
        painter.setPen(tokens.text);
        painter.drawText(row, Qt::AlignLeft | Qt::AlignVCenter, m_bars[i].name);
        const double length = most > 0 ? (right - left) * m_bars[i].share / most : 0;
        painter.fillRect(
            QRectF(left, row.center().y() - scaled(5), std::max(1.0, length), scaled(10)),
            tokens.original);
        painter.setPen(tokens.text2);
        painter.drawText(row, Qt::AlignRight | Qt::AlignVCenter, percentText(m_bars[i].share));
        if (hasFocus() && int(i) == m_cursor) {
            painter.setPen(QPen(tokens.accent, 2));
            painter.drawRect(row.adjusted(1, 1, -1, -1));
        }
    }
}

void RoleBars::mousePressEvent(QMouseEvent* event)
{
    for (std::size_t i = 0; i < m_bars.size(); ++i)
        if (rowRect(i).contains(event->position())) {
            m_cursor = int(i);
            update();
            emit rolesChosen(m_bars[i].roles);
        }
}

void RoleBars::keyPressEvent(QKeyEvent* event)
{
    if (m_bars.empty())
        return QWidget::keyPressEvent(event);
    if (event->key() == Qt::Key_Up || event->key() == Qt::Key_Down) {
        const int step = event->key() == Qt::Key_Up ? -1 : 1;
        m_cursor = std::clamp(m_cursor + step, 0, int(m_bars.size()) - 1);
        update();
    } else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        emit rolesChosen(m_bars[std::size_t(m_cursor)].roles);
    } else {
        QWidget::keyPressEvent(event);
    }
}

} // namespace widgets
