// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/table/tensortree.h"

#include "widgets/icons.h"
#include "widgets/table/tensormenu.h"
#include "widgets/theme.h"
#include "widgets/themetokens.h"

#include <QAccessible>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QInputDialog>
#include <QKeyEvent>
#include <QPainter>

#include <algorithm>

namespace widgets {

namespace {

    constexpr int indent = 19;
    constexpr int chevronSize = 16;

} // namespace

TensorTree::TensorTree(TensorFilter& filter, QWidget* parent)
    : QTreeView(parent)
    , m_filter(filter)
    , m_selection(new TensorSelection(filter, this))
{
    setModel(&filter);
    setSelectionModel(m_selection);
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

std::vector<int> TensorTree::selectedTensors() const { return m_selection->tensors(); }
int TensorTree::hiddenSelected() const { return m_selection->hiddenCount(); }
int TensorTree::currentTensor() const { return m_filter.tensorAt(currentIndex()); }

void TensorTree::selectTensors(const std::vector<int>& tensors)
{
    m_selection->setTensors(tensors);
    for (const int tensor : tensors) {
        const QModelIndex index = m_filter.indexOf(tensor);
        if (!index.isValid())
            continue;
        m_selection->setCurrentIndex(index, QItemSelectionModel::NoUpdate);
        scrollTo(index);
        break;
    }
    emit selectionEdited(); // hidden ones change without a word of the rows
}

void TensorTree::keepSelected(const std::vector<int>& tensors) { m_selection->setTensors(tensors); }

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

std::vector<int> TensorTree::ranked(TensorColumn column) const
{
    std::vector<std::pair<double, int>> values; // negative, so that equal ones keep their order
    for (int tensor = 0; tensor < m_filter.tensorModel().tensorCount(); ++tensor) {
        if (!m_filter.indexOf(tensor).isValid())
            continue;
        const QVariant value
            = m_filter.tensorModel().indexOf(tensor, column).data(TensorModel::ValueRole);
        if (value.isValid())
            values.emplace_back(-value.toDouble(), tensor);
    }
    std::sort(values.begin(), values.end());
    std::vector<int> tensors;
    for (const auto& [value, tensor] : values)
        tensors.push_back(tensor);
    return tensors;
}

void TensorTree::unfoldLayers()
{
    const QAbstractItemModel& rows = *model();
    for (int row = 0; row < rows.rowCount(); ++row)
        if (rows.hasChildren(rows.index(row, 0)))
            return expandToDepth(0);
}

void TensorTree::selectWorst(TensorColumn column, int count)
{
    std::vector<int> tensors = ranked(column);
    tensors.resize(std::min(tensors.size(), std::size_t(count)));
    selectTensors(tensors);
}

/// `wanted` if it is a column with values; else the one sorted by, else the first shown.
TensorColumn TensorTree::rankedColumn(int wanted) const
{
    std::vector<int> columns{ wanted, header()->sortIndicatorSection() };
    for (int column = 0; column < tensorColumnCount; ++column)
        columns.push_back(column);
    for (const int column : columns) {
        if (column >= 0 && column < tensorColumnCount && !isColumnHidden(column)
            && TensorColumns::isNumber(TensorColumn(column))
            && !ranked(TensorColumn(column)).empty())
            return TensorColumn(column);
    }
    return TensorColumn(std::max(wanted, 0));
}

void TensorTree::askForWorst(TensorColumn column)
{
    const int most = int(ranked(column).size());
    auto* dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Select tensors"));
    dialog->setLabelText(
        tr("How many tensors, from the worst by “%1” on:").arg(TensorColumns::title(column)));
    dialog->setInputMode(QInputDialog::IntInput);
    dialog->setIntRange(1, std::max(most, 1));
    dialog->setIntValue(std::min(most, 5));
    connect(dialog, &QInputDialog::intValueSelected, this,
        [this, column](int count) { selectWorst(column, count); });
    dialog->open();
}

void TensorTree::contextMenuEvent(QContextMenuEvent* event)
{
    const bool mouse = event->reason() == QContextMenuEvent::Mouse;
    const TensorColumn column = rankedColumn(mouse ? columnAt(event->pos().x()) : -1);
    auto* menu = new TensorMenu(
        { int(selectedTensors().size()), currentTensor() >= 0, column, int(ranked(column).size()) },
        this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    connect(menu, &TensorMenu::assignRequested, this, &TensorTree::assignRequested);
    connect(menu, &TensorMenu::copyRequested, this, &TensorTree::copyRequested);
    connect(menu, &TensorMenu::roleRequested, this, &TensorTree::selectRoleInAllLayers);
    connect(menu, &TensorMenu::worstRequested, this,
        [this, column](int count) { selectWorst(column, count); });
    connect(
        menu, &TensorMenu::anotherCountRequested, this, [this, column] { askForWorst(column); });
    const QRect current = visualRect(currentIndex());
    menu->popup(mouse ? event->globalPos() : viewport()->mapToGlobal(current.bottomLeft()));
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
        unfoldLayers();
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
    const bool edits = event->button() == Qt::LeftButton && event->modifiers() == Qt::NoModifier
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

/// QTreeView looks up where each changed row stands, to paint only these: for thousands of rows
/// that takes longer than painting what is shown.
void TensorTree::dataChanged(
    const QModelIndex& topLeft, const QModelIndex& bottomRight, const QList<int>& roles)
{
    if (topLeft.row() == bottomRight.row() || QAccessible::isActive())
        QTreeView::dataChanged(topLeft, bottomRight, roles);
    else
        viewport()->update();
}

void TensorTree::currentChanged(const QModelIndex& current, const QModelIndex& previous)
{
    QTreeView::currentChanged(current, previous);
    emit selectionEdited();
}

} // namespace widgets
