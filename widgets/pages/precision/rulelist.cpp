// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/precision/rulelist.h"

#include "widgets/pages/precision/ruletext.h"
#include "widgets/table/celldelegate.h"
#include "widgets/theme.h"
#include "widgets/themetokens.h"

#include <QtGui/QKeyEvent>
#include <QtGui/QPainter>

namespace widgets {
namespace {

    constexpr int givesRole = Qt::UserRole + 100; // apart from the roles that CellDelegate reads
    constexpr int numberWidth = 24;

    /// "1  attn_v, layers 0–3      Q6_K"
    class RuleDelegate : public CellDelegate {
    public:
        using CellDelegate::CellDelegate;

        void paint(QPainter* painter, const QStyleOptionViewItem& option,
            const QModelIndex& index) const override
        {
            QStyleOptionViewItem cell = option;
            initStyleOption(&cell, index);
            painter->save();
            QRect room = drawBackground(painter, cell);
            room.setLeft(option.rect.left() + scaled(12));
            room.setRight(option.rect.right() - scaled(12));
            const QString subject = cell.text;
            const QColor ink = cell.palette.color(QPalette::Text);
            cell.palette.setColor(QPalette::Text, tokensOf(option.palette).text2);
            cell.text = QString::number(index.row() + 1);
            drawText(painter, cell, room, Qt::AlignLeft);
            room.setLeft(room.left() + scaled(numberWidth));
            cell.palette.setColor(QPalette::Text, ink);
            cell.text = index.data(givesRole).toString();
            drawText(painter, cell, room, Qt::AlignRight);
            room.setRight(room.right() - cell.fontMetrics.horizontalAdvance(cell.text) - scaled(8));
            cell.text = subject;
            drawText(painter, cell, room, Qt::AlignLeft);
            painter->restore();
        }
    };

} // namespace

RuleList::RuleList(QWidget* parent)
    : QListWidget(parent)
{
    setItemDelegate(new RuleDelegate(this));
    setFrameShape(QFrame::NoFrame);
    setUniformItemSizes(true);
    setDragDropMode(InternalMove);
    setDefaultDropAction(Qt::MoveAction);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(ScrollPerPixel);
    setAccessibleName(tr("Rules in order"));
    setMinimumHeight(scaled(3 * 24));
    connect(this, &QListWidget::itemDoubleClicked, this, [this](QListWidgetItem* item) {
        if (!m_locked)
            emit editRequested(row(item));
    });
    // Queued: the list is filled anew in answer, and must not be while it still drops.
    connect(
        model(), &QAbstractItemModel::rowsMoved, this,
        [this](const QModelIndex&, int from, int, const QModelIndex&, int before) {
            emit moveRequested(from, before > from ? before - 1 : before);
        },
        Qt::QueuedConnection);
}

void RuleList::setRules(const std::vector<core::Rule>& rules, const std::vector<std::size_t>& idle)
{
    const int row = currentRow();
    clear();
    for (const core::Rule& rule : rules) {
        auto* item = new QListWidgetItem(ruleSubject(rule), this); // the list owns it
        item->setData(givesRole, ruleGives(rule));
        item->setToolTip(tr("%1: %2", "the tensors of a rule: what they get")
                             .arg(ruleSubject(rule), ruleGives(rule)));
        item->setData(Qt::AccessibleTextRole, item->toolTip());
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsDragEnabled);
    }
    for (const std::size_t rule : idle)
        markIdle(int(rule));
    setCurrentRow(std::min(row, count() - 1));
    updateGeometry();
}

void RuleList::markIdle(int row)
{
    QListWidgetItem* rule = item(row);
    rule->setText(tr("%1 · no effect", "the tensors of a rule").arg(rule->text()));
    rule->setToolTip(
        tr("%1\nHas no effect: no tensor matches it, or rules above it decide.", "a rule")
            .arg(rule->toolTip()));
    rule->setData(Qt::AccessibleTextRole, rule->toolTip());
}

void RuleList::setLocked(bool locked)
{
    m_locked = locked;
    setDragEnabled(!locked);
}

QSize RuleList::sizeHint() const { return { scaled(200), scaled(24) * std::max(count(), 3) }; }

void RuleList::keyPressEvent(QKeyEvent* event)
{
    const int row = currentRow();
    const bool alt = event->modifiers().testFlag(Qt::AltModifier);
    if (row < 0 || m_locked)
        return QListWidget::keyPressEvent(event);
    if (event->key() == Qt::Key_Delete)
        emit removeRequested(row);
    else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter
        || event->key() == Qt::Key_F2)
        emit editRequested(row);
    else if (alt && event->key() == Qt::Key_Up && row > 0)
        emit moveRequested(row, row - 1);
    else if (alt && event->key() == Qt::Key_Down && row + 1 < count())
        emit moveRequested(row, row + 1);
    else
        QListWidget::keyPressEvent(event);
}

} // namespace widgets
