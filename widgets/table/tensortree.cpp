// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/table/tensortree.h"

#include "widgets/icons.h"
#include "widgets/theme.h"
#include "widgets/themetokens.h"

#include <QKeyEvent>
#include <QPainter>

#include <set>

namespace widgets {

namespace {

    constexpr int indent = 19;
    constexpr int chevronSize = 16;

} // namespace

TensorTree::TensorTree(TensorFilter& filter, QWidget* parent)
    : QTreeView(parent)
    , m_filter(filter)
{
    setModel(&filter);
    setUniformRowHeights(true);
    setSelectionMode(ExtendedSelection);
    setSelectionBehavior(SelectRows);
    setEditTriggers(NoEditTriggers); // one click on the format edits, see mousePressEvent()
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollMode(ScrollPerPixel);
    setSortingEnabled(true);
    setIndentation(scaled(indent));
    setFrameShape(NoFrame);
    setAllColumnsShowFocus(true);
    setAccessibleName(tr("Tensors"));
}

std::vector<int> TensorTree::selectedTensors() const
{
    std::set<int> tensors;
    for (const QModelIndex& index : selectionModel()->selectedRows()) {
        if (m_filter.tensorAt(index) >= 0) {
            tensors.insert(m_filter.tensorAt(index));
            continue;
        }
        for (int row = 0; row < m_filter.rowCount(index); ++row)
            tensors.insert(m_filter.tensorAt(m_filter.index(row, 0, index)));
    }
    return { tensors.begin(), tensors.end() };
}

int TensorTree::currentTensor() const { return m_filter.tensorAt(currentIndex()); }

void TensorTree::selectTensors(const std::vector<int>& tensors)
{
    QItemSelection selection;
    QModelIndex first;
    for (const int tensor : tensors) {
        const QModelIndex index = m_filter.indexOf(tensor);
        if (!index.isValid())
            continue;
        selection.select(index, index);
        if (!first.isValid())
            first = index;
    }
    selectionModel()->select(
        selection, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    if (first.isValid()) {
        selectionModel()->setCurrentIndex(first, QItemSelectionModel::NoUpdate);
        scrollTo(first);
    }
}

void TensorTree::selectRole(core::Role role)
{
    std::vector<int> tensors;
    for (int tensor = 0; tensor < m_filter.tensorModel().tensorCount(); ++tensor) {
        if (m_filter.tensorModel().row(tensor).place.role == role)
            tensors.push_back(tensor);
    }
    const QModelIndex current = currentIndex();
    selectTensors(tensors);
    if (m_filter.tensorAt(current) >= 0) // stay where the user is
        selectionModel()->setCurrentIndex(current, QItemSelectionModel::NoUpdate);
}

void TensorTree::selectRoleInAllLayers()
{
    if (currentTensor() >= 0)
        selectRole(m_filter.tensorModel().row(currentTensor()).place.role);
}

bool TensorTree::pressLookKey(const QKeyEvent& event)
{
    if (event.modifiers() & ~(Qt::KeypadModifier | Qt::ShiftModifier))
        return false;
    switch (event.key()) {
    case Qt::Key_2:
    case Qt::Key_3:
    case Qt::Key_4:
    case Qt::Key_5:
    case Qt::Key_6:
    case Qt::Key_8:
        emit digitPressed(event.key() - Qt::Key_0);
        return true;
    case Qt::Key_Plus:
        emit stepPressed(1);
        return true;
    case Qt::Key_Minus:
        emit stepPressed(-1);
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        emit assignPressed();
        return true;
    case Qt::Key_Escape:
        emit lookAwayPressed();
        return true;
    case Qt::Key_Slash:
        emit filterPressed();
        return true;
    case Qt::Key_Asterisk:
        expandAll();
        return true;
    default:
        return false;
    }
}

void TensorTree::keyPressEvent(QKeyEvent* event)
{
    if (!pressLookKey(*event))
        QTreeView::keyPressEvent(event);
}

void TensorTree::mousePressEvent(QMouseEvent* event)
{
    const QModelIndex index = indexAt(event->position().toPoint());
    const int tensor = m_filter.tensorAt(index);
    const bool left = event->button() == Qt::LeftButton;
    if (left && tensor >= 0 && index.column() == int(TensorColumn::Tensor)
        && event->modifiers() == Qt::ShiftModifier) {
        selectionModel()->setCurrentIndex(index, QItemSelectionModel::NoUpdate);
        selectRole(m_filter.tensorModel().row(tensor).place.role);
        return;
    }
    const bool edits = left && event->modifiers() == Qt::NoModifier
        && index.flags().testFlag(Qt::ItemIsEditable);
    if (edits && selectionModel()->isSelected(index)) { // a click must not shrink the selection
        selectionModel()->setCurrentIndex(index, QItemSelectionModel::NoUpdate);
        edit(index);
        return;
    }
    QTreeView::mousePressEvent(event);
    if (edits)
        edit(index);
}

void TensorTree::drawBranches(QPainter* painter, const QRect& rect, const QModelIndex& index) const
{
    if (selectionModel()->isSelected(index))
        painter->fillRect(rect, palette().color(QPalette::Highlight));
    if (!m_filter.hasChildren(index))
        return;
    const int size = scaled(chevronSize);
    const QRect place(rect.right() - size, rect.center().y() - size / 2 + 1, size, size);
    icon(isExpanded(index) ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right"),
        Ink::Text2)
        .paint(painter, place);
}

void TensorTree::paintEvent(QPaintEvent* event)
{
    QTreeView::paintEvent(event);
    if (m_filter.rowCount() > 0)
        return;
    QPainter painter(viewport());
    painter.setPen(tokensOf(palette()).text2);
    painter.drawText(viewport()->rect().adjusted(12, 12, -12, -12),
        Qt::AlignCenter | Qt::TextWordWrap,
        m_filter.tensorModel().tensorCount() > 0 ? tr("No tensor meets the filter.")
                                                 : tr("The tensors of a model appear here."));
}

void TensorTree::selectionChanged(const QItemSelection& selected, const QItemSelection& deselected)
{
    QTreeView::selectionChanged(selected, deselected);
    emit selectionEdited();
}

void TensorTree::currentChanged(const QModelIndex& current, const QModelIndex& previous)
{
    QTreeView::currentChanged(current, previous);
    emit selectionEdited();
}

} // namespace widgets
