// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/precision/budgetslider.h"

#include "widgets/theme.h"
#include "widgets/themetokens.h"

#include <QtCore/QEvent>
#include <QtCore/QScopedValueRollback>
#include <QtGui/QMouseEvent>
#include <QtGui/QPainter>

#include <algorithm>
#include <cmath>

namespace widgets {

namespace {

    constexpr int steps = 10000; ///< of the whole scale: finer than any screen
    constexpr int handle = 14; ///< pixels across
    constexpr int grooveTop = 12; ///< its middle
    constexpr int tickTop = 20, tickHeight = 5, labelTop = 26;
    constexpr int snaps = 6; ///< pixels around a tick

} // namespace

BudgetSlider::BudgetSlider(QWidget* parent)
    : QAbstractSlider(parent)
{
    setOrientation(Qt::Horizontal);
    setRange(0, steps);
    setSingleStep(steps / 200);
    setPageStep(steps / 20);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("File size"));
}

void BudgetSlider::setScale(double least, double most, std::vector<BudgetTick> ticks)
{
    const double before = bytes();
    m_least = least;
    m_most = std::max(most, least + 1);
    std::erase_if(ticks,
        [this](const BudgetTick& tick) { return tick.bytes < m_least || tick.bytes > m_most; });
    std::ranges::sort(ticks, {}, &BudgetTick::bytes);
    m_ticks = std::move(ticks);
    setBytes(before);
    update();
}

double BudgetSlider::bytes() const { return m_least + (m_most - m_least) * value() / steps; }

void BudgetSlider::setBytes(double bytes)
{
    const QScopedValueRollback setting(m_isSetting, true);
    setValue(int(std::lround(steps * (bytes - m_least) / (m_most - m_least))));
}

QSize BudgetSlider::sizeHint() const { return { scaled(480), scaled(44) }; }
QSize BudgetSlider::minimumSizeHint() const { return { scaled(160), scaled(44) }; }

double BudgetSlider::left() const { return scaled(handle) / 2.0 + scaled(12); }
double BudgetSlider::right() const { return width() - left(); }

double BudgetSlider::xOf(double bytes) const
{
    return left() + (right() - left()) * (bytes - m_least) / (m_most - m_least);
}

void BudgetSlider::paintEvent(QPaintEvent*)
{
    const Tokens tokens = tokensOf(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double middle = scaled(grooveTop), at = xOf(bytes());
    const QColor ink = isEnabled() ? tokens.accent : tokens.disabled;
    painter.setPen(QPen(tokens.originalFill, scaled(3), Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(QPointF(left(), middle), QPointF(right(), middle));
    painter.setPen(QPen(ink, scaled(3), Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(QPointF(left(), middle), QPointF(at, middle));
    drawTicks(painter);
    painter.setPen(QPen(ink, hasFocus() ? 3 : 2));
    painter.setBrush(tokens.base);
    painter.drawEllipse(QPointF(at, middle), scaled(handle) / 2.0, scaled(handle) / 2.0);
}

QFont BudgetSlider::fontOf(const BudgetTick& tick) const
{
    return textFont(12, tick.isMarked ? QFont::Bold : QFont::Normal);
}

QRectF BudgetSlider::nameRect(const BudgetTick& tick) const
{
    const QFontMetricsF metrics(fontOf(tick));
    const double wide = metrics.horizontalAdvance(tick.name);
    const double begin = std::clamp(xOf(tick.bytes) - wide / 2, 0.0, std::max(0.0, width() - wide));
    return { begin, double(scaled(labelTop)), wide + 1, metrics.height() };
}

/// A name that would run into another is left out: the marked one has its place first.
std::vector<BudgetTick> BudgetSlider::namedTicks() const
{
    std::vector<BudgetTick> named;
    std::vector<QRectF> taken;
    for (const bool marked : { true, false })
        for (const BudgetTick& tick : m_ticks) {
            const QRectF rect = nameRect(tick), room = rect.adjusted(-scaled(8), 0, scaled(8), 0);
            if (tick.isMarked != marked || std::ranges::any_of(taken, [&room](const QRectF& other) {
                    return room.intersects(other);
                }))
                continue;
            named.push_back(tick);
            taken.push_back(rect);
        }
    return named;
}

void BudgetSlider::drawTicks(QPainter& painter) const
{
    const Tokens tokens = tokensOf(palette());
    for (const BudgetTick& tick : m_ticks) {
        const double x = xOf(tick.bytes);
        painter.setPen(QPen(tick.isMarked ? tokens.accent : tokens.text2, tick.isMarked ? 2 : 1));
        painter.drawLine(QPointF(x, scaled(tickTop)), QPointF(x, scaled(tickTop + tickHeight)));
    }
    for (const BudgetTick& tick : namedTicks()) {
        painter.setPen(tick.isMarked ? tokens.accent : tokens.text2);
        painter.setFont(fontOf(tick));
        painter.drawText(nameRect(tick), Qt::AlignLeft | Qt::AlignTop, tick.name);
    }
}

void BudgetSlider::moveTo(double x)
{
    for (const BudgetTick& tick : m_ticks)
        if (std::abs(xOf(tick.bytes) - x) <= scaled(snaps))
            x = xOf(tick.bytes);
    const double share = (x - left()) / std::max(1.0, right() - left());
    setValue(int(std::lround(steps * std::clamp(share, 0.0, 1.0))));
}

void BudgetSlider::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    setSliderDown(true);
    moveTo(event->position().x());
}

void BudgetSlider::mouseMoveEvent(QMouseEvent* event)
{
    if (isSliderDown())
        moveTo(event->position().x());
}

void BudgetSlider::mouseReleaseEvent(QMouseEvent*)
{
    if (!isSliderDown())
        return;
    setSliderDown(false);
    emit released();
}

void BudgetSlider::sliderChange(SliderChange change)
{
    QAbstractSlider::sliderChange(change);
    update();
    if (change != SliderValueChange || m_isSetting)
        return;
    emit moved(bytes());
    if (!isSliderDown())
        emit released();
}

void BudgetSlider::changeEvent(QEvent* event)
{
    QAbstractSlider::changeEvent(event);
    if (event->type() == QEvent::ApplicationFontChange)
        updateGeometry();
}

} // namespace widgets
