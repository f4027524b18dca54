// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/quantize/tensorcellstrip.h"

#include "widgets/pages/selectedtensor.h"
#include "widgets/theme.h"
#include "widgets/themetokens.h"

#include <QtGui/QHelpEvent>
#include <QtGui/QMouseEvent>
#include <QtGui/QPainter>
#include <QtWidgets/QToolTip>

#include <algorithm>

namespace widgets {
namespace {

    constexpr int titledGroups = 8; ///< with more layers the cells stand in one run, without titles
    constexpr int cellHeight = 12;
    constexpr int titleHeight = 18;
    constexpr int groupGap = 10;
    constexpr int leastCell = 4; ///< wide, below titles

} // namespace

TensorCellStrip::TensorCellStrip(QWidget* parent)
    : QWidget(parent)
{
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Tensors of the run"));
}

void TensorCellStrip::setPlaces(std::vector<core::Place> places, QStringList names)
{
    m_places = std::move(places);
    m_names = std::move(names);
    m_states.assign(m_places.size(), CellState::Waiting);
    m_reports.assign(m_places.size(), QString());
    m_groups.clear();
    for (int i = 0; i < int(m_places.size()); ++i) {
        const int layer = m_places[std::size_t(i)].layer;
        if (m_groups.empty() || m_groups.back().layer != layer)
            m_groups.push_back({ layer, {} });
        m_groups.back().tensors.push_back(i);
    }
    updateGeometry();
    update();
}

void TensorCellStrip::setState(int index, CellState state)
{
    m_states[std::size_t(index)] = state;
    const auto done = std::count(m_states.begin(), m_states.end(), CellState::Done);
    setAccessibleDescription(tr("%1 of %2 tensors done").arg(done).arg(m_states.size()));
    update();
}

void TensorCellStrip::setReport(int index, const QString& report)
{
    m_reports[std::size_t(index)] = report;
}

QString TensorCellStrip::description(int index) const
{
    const QString name = m_names[index] + QStringLiteral(".weight");
    const QString& report = m_reports[std::size_t(index)];
    return report.isEmpty() ? name : name + u'\n' + report;
}

void TensorCellStrip::setAllStates(CellState state)
{
    std::fill(m_states.begin(), m_states.end(), state);
    std::fill(m_reports.begin(), m_reports.end(), QString());
    update();
}

QString TensorCellStrip::groupTitle(const Group& group) const
{
    if (group.layer >= 0)
        return tr("Layer %1").arg(group.layer);
    return m_names[group.tensors.front()];
}

TensorCellStrip::Layout TensorCellStrip::layoutFor(int width) const
{
    const double gaps = scaled(groupGap) * (double(m_groups.size()) - 1);
    const double cell = (width - gaps) / double(std::max<std::size_t>(1, m_places.size()));
    const bool titled = int(m_groups.size()) <= titledGroups && cell >= scaled(leastCell);
    return titled ? titledLayout(cell) : runningLayout(width);
}

TensorCellStrip::Layout TensorCellStrip::titledLayout(double cell) const
{
    Layout layout;
    layout.cells.resize(m_places.size());
    const double top = scaled(titleHeight), height = scaled(cellHeight);
    double left = 0;
    for (const Group& group : m_groups) {
        layout.titles.emplace_back(left, 0);
        for (const int tensor : group.tensors) {
            layout.cells[std::size_t(tensor)] = QRectF(left, top, cell - 1, height);
            left += cell;
        }
        left += scaled(groupGap);
    }
    layout.height = top + height;
    return layout;
}

TensorCellStrip::Layout TensorCellStrip::runningLayout(int width) const
{
    Layout layout;
    layout.cells.resize(m_places.size());
    const double cell = scaled(8), gap = scaled(3), height = scaled(cellHeight);
    double left = 0, top = 0;
    const auto breakLine = [&] {
        left = 0;
        top += height + gap;
    };
    for (const Group& group : m_groups) {
        if (left > 0 && left + cell * double(group.tensors.size()) > width)
            breakLine();
        for (const int tensor : group.tensors) {
            if (left > 0 && left + cell > width) // a layer of more cells than fit a line
                breakLine();
            layout.cells[std::size_t(tensor)] = QRectF(left, top, cell - 1, height);
            left += cell;
        }
        left += gap;
    }
    layout.height = top + height;
    return layout;
}

int TensorCellStrip::heightForWidth(int width) const { return int(layoutFor(width).height) + 1; }

QSize TensorCellStrip::sizeHint() const
{
    return { scaled(200), heightForWidth(width() > 0 ? width() : scaled(400)) };
}

void TensorCellStrip::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    if (event->size().width() != event->oldSize().width())
        updateGeometry(); // other lines, another height
}

void TensorCellStrip::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const Tokens tokens = tokensOf(palette());
    const Layout layout = layoutFor(width());
    painter.setFont(textFont(12));
    painter.setPen(tokens.text2);
    for (std::size_t i = 0; i < layout.titles.size(); ++i) {
        const double right
            = i + 1 < layout.titles.size() ? layout.titles[i + 1].x() - scaled(4) : width();
        const QRectF rect(layout.titles[i], QPointF(right, scaled(titleHeight)));
        const QString title = groupTitle(m_groups[i]);
        if (painter.fontMetrics().horizontalAdvance(title) <= rect.width()) // its tooltip has it
            painter.drawText(rect, Qt::AlignLeft | Qt::AlignVCenter, title);
    }
    for (std::size_t i = 0; i < layout.cells.size(); ++i) {
        const QRectF& cell = layout.cells[i];
        switch (m_states[i]) {
        case CellState::Waiting:
            painter.fillRect(cell, tokens.grid);
            painter.setPen(tokens.line);
            painter.drawRect(cell.adjusted(0.5, 0.5, -0.5, -0.5));
            break;
        case CellState::Rounding:
            painter.fillRect(cell, tokens.choiceFill);
            break;
        case CellState::Done:
            painter.fillRect(cell, tokens.accent);
            break;
        case CellState::Failed:
            painter.fillRect(cell, tokens.err);
            break;
        }
    }
}

int TensorCellStrip::indexAt(const QPointF& position) const
{
    const Layout layout = layoutFor(width());
    const auto found = std::find_if(layout.cells.begin(), layout.cells.end(),
        [&](const QRectF& cell) { return cell.adjusted(0, 0, 1, 0).contains(position); });
    return found == layout.cells.end() ? -1 : int(found - layout.cells.begin());
}

void TensorCellStrip::mousePressEvent(QMouseEvent* event)
{
    if (const int index = indexAt(event->position()); index >= 0)
        emit chosen(index);
}

bool TensorCellStrip::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int index = indexAt(help->pos());
    if (index < 0)
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), description(index), this);
    return true;
}

} // namespace widgets
