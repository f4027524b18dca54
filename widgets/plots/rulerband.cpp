// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/rulerband.h"

#include "widgets/format.h"
#include "widgets/plots/rulerplot.h"
#include "widgets/theme.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace widgets {
namespace {

    constexpr double densest = 2.2; // device pixels between levels that can still be told apart

} // namespace

QVector<double> levelKeys(const core::GroupLevels& group, const QCPAxis* axis, double pixelRatio)
{
    QVector<double> keys(group.levels.begin(), group.levels.end());
    if (keys.size() < 3)
        return keys;
    const double pixels
        = std::abs(axis->coordToPixel(keys.back()) - axis->coordToPixel(keys.front()));
    if (pixels * pixelRatio / double(keys.size() - 1) < densest)
        return { keys.front(), keys.back() };
    return keys;
}

RulerBand::RulerBand(QCustomPlot* plot, QCPMarginGroup* margins, int row, const QString& name)
    : m_rect(new QCPAxisRect(plot))
    , m_fill(new QCPItemRect(plot))
    , m_name(new QCPItemText(plot))
    , m_step(new QCPItemText(plot))
{
    m_rect->setMarginGroup(QCP::msLeft | QCP::msRight, margins);
    plot->plotLayout()->addElement(row, 0, m_rect);
    QCPAxis* x = m_rect->axis(QCPAxis::atBottom);
    QCPAxis* y = m_rect->axis(QCPAxis::atLeft);
    y->setRange(0, 1);
    m_fill->setClipAxisRect(m_rect);
    for (QCPItemPosition* corner : { m_fill->topLeft, m_fill->bottomRight })
        corner->setAxes(x, y);
    m_ticks = plot->addGraph(x, y);
    m_ticks->setLineStyle(QCPGraph::lsImpulse);
    m_ticks->setAntialiased(false);
    for (QCPItemText* text : { m_name, m_step })
        text->setClipToAxisRect(false);
    m_name->setText(name);
    m_name->setPositionAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_name->position->setType(QCPItemPosition::ptAxisRectRatio);
    m_name->position->setAxisRect(m_rect);
    m_name->position->setCoords(-0.008, 0.5);
    m_step->setPositionAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_step->position->setAxes(x, y);
    m_step->setPadding(QMargins(5, 0, 0, 0));
}

QCPAxis* RulerBand::axis() const { return m_rect->axis(QCPAxis::atBottom); }

void RulerBand::show(Words words)
{
    setVisible(true);
    m_step->setVisible(words == Words::NameAndStep);
}

void RulerBand::hide() { setVisible(false); }

void RulerBand::setVisible(bool visible)
{
    m_rect->setVisible(visible);
    for (QCPLayerable* part :
        std::initializer_list<QCPLayerable*>{ m_fill, m_ticks, m_name, m_step })
        part->setVisible(visible);
    const int gap = visible ? scaled(2) : 0;
    const int inner = visible ? scaled(height) - 2 * gap : 1;
    m_rect->setMinimumSize(10, inner);
    m_rect->setMaximumSize(QWIDGETSIZE_MAX, inner);
    m_rect->setAutoMargins(QCP::msLeft | QCP::msRight);
    m_rect->setMargins(QMargins(0, gap, 0, gap));
}

void RulerBand::fill(const core::GroupLevels& group, double pixelRatio)
{
    if (group.levels.empty())
        return;
    const QVector<double> keys = levelKeys(group, axis(), pixelRatio);
    m_ticks->setData(keys, QVector<double>(keys.size(), 1.0), true);
    m_fill->topLeft->setCoords(keys.front(), 1);
    m_fill->bottomRight->setCoords(keys.back(), 0);
    m_step->setText(RulerPlot::tr("step %1").arg(significantText(group.step)));
    const double right = axis()->range().upper;
    m_step->position->setCoords(std::min<double>(keys.back(), right), 0.5);
    m_step->setPositionAlignment(
        (keys.back() > 0.8 * right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
}

void RulerBand::applyTokens(const Tokens& tokens, Weight weight)
{
    for (QCPAxis* axis : m_rect->axes())
        axis->setVisible(false);
    m_rect->axis(QCPAxis::atLeft)->grid()->setVisible(false);
    axis()->grid()->setVisible(false);
    m_fill->setPen(Qt::NoPen);
    m_fill->setBrush(tokens.choiceFill);
    m_ticks->setPen(QPen(tokens.accent, 1));
    const bool chosen = weight == Weight::Chosen;
    m_name->setColor(chosen ? tokens.text : tokens.text2);
    m_name->setFont(textFont(12, chosen ? QFont::Bold : QFont::Normal));
    m_step->setColor(tokens.text2);
    m_step->setFont(textFont(12));
}

} // namespace widgets
