// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bar/queuelist.h"

#include "widgets/buttons.h"
#include "widgets/icons.h"
#include "widgets/label.h"
#include "widgets/theme.h"
#include "widgets/themetokens.h"

#include <QtCore/QEvent>
#include <QtGui/QAction>
#include <QtGui/QKeyEvent>
#include <QtGui/QPainter>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QListWidget>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QStyledItemDelegate>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

namespace widgets {

namespace {

    constexpr int queueRowHeight = 44;
    constexpr int listWidth = 500;
    constexpr int shownRows = 6;
    constexpr int modelRole = Qt::UserRole + 1;
    constexpr int stateRole = Qt::UserRole + 2;
    constexpr int kindRole = Qt::UserRole + 3;

    std::pair<const char*, Ink> pictureOf(QueueRow::Kind kind)
    {
        switch (kind) {
        case QueueRow::Kind::Active:
            return { "play", Ink::Accent };
        case QueueRow::Kind::Waiting:
            return { "waiting", Ink::Text2 };
        case QueueRow::Kind::Interrupted:
            return { "pause", Ink::Warn };
        case QueueRow::Kind::Failed:
            break;
        }
        return { "error", Ink::Err };
    }

    /// Icon, title with the model at the right, the state below.
    class QueueDelegate : public QStyledItemDelegate {
    public:
        using QStyledItemDelegate::QStyledItemDelegate;

        QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override
        {
            return { scaled(listWidth) / 2, scaled(queueRowHeight) };
        }

        void paint(QPainter* painter, const QStyleOptionViewItem& option,
            const QModelIndex& index) const override
        {
            const Tokens tokens = tokensOf(option.palette);
            const bool chosen = option.state.testFlag(QStyle::State_Selected);
            painter->save();
            painter->fillRect(option.rect, chosen ? tokens.selection : tokens.base);
            const QRect room = option.rect.adjusted(scaled(12), 0, -scaled(12), 0);
            const auto [name, ink] = pictureOf(QueueRow::Kind(index.data(kindRole).toInt()));
            const int size = scaled(16);
            icon(QString::fromLatin1(name), ink)
                .paint(painter,
                    QRect(room.left(), room.top() + (room.height() - size) / 2, size, size));
            drawTexts(*painter, room.adjusted(scaled(28), 0, 0, 0), tokens, index);
            if (chosen && option.state.testFlag(QStyle::State_HasFocus)) {
                painter->setPen(QPen(tokens.accent, 2));
                painter->drawRect(option.rect.adjusted(1, 1, -1, -1));
            }
            painter->restore();
        }

    private:
        static void drawTexts(
            QPainter& painter, const QRect& room, const Tokens& tokens, const QModelIndex& index)
        {
            const QFont body = textFont(13), caption = textFont(12);
            const QFontMetrics bodies(body), captions(caption);
            const QString model = captions.elidedText(
                index.data(modelRole).toString(), Qt::ElideMiddle, room.width() / 2);
            painter.setFont(caption);
            painter.setPen(tokens.text2);
            const QRect upper(room.left(), room.top() + scaled(5), room.width(), bodies.height());
            painter.drawText(upper, Qt::AlignRight | Qt::AlignVCenter, model);
            const QRect lower(
                room.left(), room.top() + scaled(23), room.width(), captions.height());
            painter.drawText(lower, Qt::AlignVCenter,
                captions.elidedText(
                    index.data(stateRole).toString(), Qt::ElideRight, lower.width()));
            painter.setFont(body);
            painter.setPen(tokens.text);
            const int width = upper.width() - captions.horizontalAdvance(model) - scaled(12);
            painter.drawText(upper, Qt::AlignVCenter,
                bodies.elidedText(index.data().toString(), Qt::ElideRight, width));
        }
    };

    void fillItem(QListWidgetItem& item, const QueueRow& row)
    {
        const QString whole = QueueList::tr("%1, %2: %3", "a run, its model: its state")
                                  .arg(row.title, row.model, row.state);
        item.setText(row.title);
        item.setData(modelRole, row.model);
        item.setData(stateRole, row.state);
        item.setData(kindRole, int(row.kind));
        item.setToolTip(whole);
        item.setData(Qt::AccessibleTextRole, whole);
        Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
        if (row.kind != QueueRow::Kind::Active)
            flags |= Qt::ItemIsDragEnabled;
        item.setFlags(flags);
    }

    bool sameRuns(const std::vector<QueueRow>& a, const std::vector<QueueRow>& b)
    {
        return std::ranges::equal(a, b, {}, &QueueRow::id, &QueueRow::id);
    }

    /// A button for an action, with its text and icon.
    QPushButton* buttonFor(QAction* action, const QString& iconName)
    {
        QPushButton* button = makeButton(action->text(), iconName);
        button->setToolTip(action->toolTip());
        QObject::connect(button, &QPushButton::clicked, action, &QAction::trigger);
        QObject::connect(action, &QAction::changed, button,
            [button, action] { button->setEnabled(action->isEnabled()); });
        return button;
    }

} // namespace

QueueList::QueueList(QWidget* parent)
    : QDialog(parent)
    , m_list(new QListWidget)
    , m_empty(new Label(TextRole::Secondary,
          tr("Nothing is lined up. Quantizing adds a run, also while another one goes on.")))
{
    setWindowTitle(tr("Queue"));
    m_empty->setWordWrap(true);
    makeList();
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(makeFlowRow());
    layout->addWidget(m_empty, 1);
    layout->addWidget(m_list, 1);
    layout->addWidget(makeRowButtons());
    for (QPushButton* button : findChildren<QPushButton*>())
        button->setAutoDefault(false); // Enter is the list's
    fill();
    setFlow({});
    resize(scaled(listWidth), scaled(shownRows * queueRowHeight + 100));
}

void QueueList::makeList()
{
    m_list->setItemDelegate(new QueueDelegate(m_list));
    m_list->setDragDropMode(QAbstractItemView::InternalMove);
    m_list->setDefaultDropAction(Qt::MoveAction);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->setAccessibleName(tr("Runs that are lined up, the next first"));
    m_up = addAct(tr("Move up"), tr("Alt+↑"), &QueueList::moveUp);
    m_down = addAct(tr("Move down"), tr("Alt+↓"), &QueueList::moveDown);
    m_remove = addAct(tr("Remove"), tr("Delete", "the key"), &QueueList::remove);
    m_resume = addAct(tr("Resume"), tr("Enter", "the key"), &QueueList::resume);
    m_list->installEventFilter(this);
    m_list->setContextMenuPolicy(Qt::ActionsContextMenu);
    connect(m_list, &QListWidget::currentRowChanged, this, &QueueList::updateActs);
    // Queued: the list is filled anew in answer, and must not be while it still drops.
    connect(
        m_list->model(), &QAbstractItemModel::rowsMoved, this,
        [this](const QModelIndex&, int from, int, const QModelIndex&, int before) {
            if (from >= int(m_rows.size()))
                return fill(); // others came and went while it was dragged
            const int id = m_rows[std::size_t(from)].id;
            fill(); // as it is until the move is done
            m_list->setCurrentRow(from);
            emit moveRequested(id, before > from ? before - 1 : before);
        },
        Qt::QueuedConnection);
}

QAction* QueueList::addAct(const QString& text, const QString& keys, void (QueueList::*act)())
{
    auto* action = new QAction(text, m_list);
    action->setToolTip(tr("%1 (%2)", "what it does, its key").arg(text, keys));
    m_list->addAction(action);
    connect(action, &QAction::triggered, this, act);
    return action;
}

QAction* QueueList::actFor(const QKeyEvent& event) const
{
    const bool alt = event.modifiers().testFlag(Qt::AltModifier);
    switch (event.key()) {
    case Qt::Key_Up:
        return alt ? m_up : nullptr;
    case Qt::Key_Down:
        return alt ? m_down : nullptr;
    case Qt::Key_Delete:
        return m_remove;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        return m_resume;
    default:
        return nullptr;
    }
}

bool QueueList::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_list && event->type() == QEvent::KeyPress)
        if (QAction* action = actFor(static_cast<const QKeyEvent&>(*event))) {
            action->trigger(); // nothing while it is disabled
            return true;
        }
    return QDialog::eventFilter(watched, event);
}

QWidget* QueueList::makeFlowRow()
{
    auto* widget = new QWidget;
    m_pause = makeButton({}, QStringLiteral("pause"));
    m_hold = new QCheckBox(tr("Hold after this run"));
    m_resumeAll = makeButton(tr("Resume all"), QStringLiteral("play"));
    auto* row = new QHBoxLayout(widget);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_pause);
    row->addWidget(m_hold);
    row->addStretch(1);
    row->addWidget(m_resumeAll);
    connect(m_pause, &QPushButton::clicked, this,
        [this] { m_flow.paused ? emit goOnRequested() : emit pauseRequested(); });
    connect(m_hold, &QCheckBox::clicked, this,
        [this](bool hold) { hold ? emit holdRequested() : emit releaseRequested(); });
    connect(m_resumeAll, &QPushButton::clicked, this, &QueueList::resumeAllRequested);
    return widget;
}

QWidget* QueueList::makeRowButtons()
{
    auto* widget = new QWidget;
    auto* row = new QHBoxLayout(widget);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(buttonFor(m_resume, QStringLiteral("play")));
    row->addStretch(1);
    row->addWidget(buttonFor(m_up, QStringLiteral("chevron-up")));
    row->addWidget(buttonFor(m_down, QStringLiteral("chevron-down")));
    row->addWidget(buttonFor(m_remove, QStringLiteral("remove")));
    return widget;
}

void QueueList::setRows(const std::vector<QueueRow>& rows)
{
    if (m_rows == rows)
        return;
    const bool same = sameRuns(m_rows, rows);
    const QueueRow* chosen = current();
    const int id = chosen ? chosen->id : 0;
    const int row = m_list->currentRow();
    m_rows = rows;
    if (same) {
        for (int i = 0; i < m_list->count(); ++i)
            fillItem(*m_list->item(i), m_rows[std::size_t(i)]);
    } else {
        fill();
        const auto found = std::ranges::find(m_rows, id, &QueueRow::id);
        m_list->setCurrentRow(found == m_rows.end()
                ? std::clamp(row, 0, std::max(0, m_list->count() - 1))
                : int(found - m_rows.begin()));
    }
    setFlow(m_flow);
    updateActs();
}

void QueueList::fill()
{
    m_list->clear();
    for (const QueueRow& row : m_rows)
        fillItem(*new QListWidgetItem(m_list), row); // the list owns it
    m_empty->setVisible(m_rows.empty());
    m_list->setVisible(!m_rows.empty());
    updateActs();
}

void QueueList::setFlow(const QueueFlow& flow)
{
    m_flow = flow;
    const auto has = [this](QueueRow::Kind kind) {
        return std::ranges::find(m_rows, kind, &QueueRow::kind) != m_rows.end();
    };
    const bool active = has(QueueRow::Kind::Active);
    m_pause->setText(flow.paused ? tr("Go on") : tr("Pause"));
    m_pause->setIcon(icon(flow.paused ? QStringLiteral("play") : QStringLiteral("pause")));
    m_pause->setEnabled(active || flow.paused || has(QueueRow::Kind::Waiting));
    m_hold->setEnabled(active && !flow.paused);
    m_hold->setChecked(flow.held);
    m_resumeAll->setEnabled(has(QueueRow::Kind::Interrupted));
}

const QueueRow* QueueList::current() const
{
    const int row = m_list->currentRow();
    return row >= 0 && row < int(m_rows.size()) ? &m_rows[std::size_t(row)] : nullptr;
}

void QueueList::updateActs()
{
    const QueueRow* row = current();
    const bool movable = row && row->kind != QueueRow::Kind::Active;
    m_up->setEnabled(movable && row != &m_rows.front());
    m_down->setEnabled(movable && row != &m_rows.back());
    m_remove->setEnabled(movable);
    m_resume->setEnabled(movable && row->kind != QueueRow::Kind::Waiting);
}

void QueueList::moveUp() { emit moveRequested(current()->id, m_list->currentRow() - 1); }

void QueueList::moveDown() { emit moveRequested(current()->id, m_list->currentRow() + 1); }

void QueueList::remove() { emit removeRequested(current()->id); }

void QueueList::resume() { emit resumeRequested(current()->id); }

void QueueList::showAbove(const QWidget& widget)
{
    const QPoint corner = widget.mapToGlobal(QPoint(widget.width(), 0));
    show();
    move(corner.x() - frameGeometry().width(), corner.y() - frameGeometry().height());
    raise();
    activateWindow();
    if (!m_rows.empty() && !current())
        m_list->setCurrentRow(0);
    m_list->setFocus();
}

void QueueList::changeEvent(QEvent* event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::ApplicationFontChange)
        m_list->doItemsLayout();
}

} // namespace widgets
