// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/commandpalette.h"

#include "widgets/theme.h"
#include "widgets/themetokens.h"

#include <QCoreApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace app {

namespace {

    constexpr int hintRole = Qt::UserRole;
    constexpr int reasonRole = Qt::UserRole + 1;
    constexpr int mostRemembered = 20;
    constexpr int paletteWidth = 560;
    constexpr int paletteHeight = 400;
    constexpr int rowHeight = 28;

    /// The text at the left, the hint at the right in the second colour.
    class CommandDelegate : public QStyledItemDelegate {
    public:
        using QStyledItemDelegate::QStyledItemDelegate;

        QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override
        {
            return { widgets::scaled(200), widgets::scaled(rowHeight) };
        }

        void paint(QPainter* painter, const QStyleOptionViewItem& option,
            const QModelIndex& index) const override
        {
            const widgets::Tokens tokens = widgets::tokensOf(option.palette);
            const QRect room = option.rect.adjusted(12, 0, -12, 0);
            const QString reason = index.data(reasonRole).toString();
            const QString hint = reason.isEmpty() ? index.data(hintRole).toString() : reason;
            const int hintWidth = option.fontMetrics.horizontalAdvance(hint);
            if (option.state & QStyle::State_Selected)
                painter->fillRect(option.rect, tokens.selection);
            painter->setPen(tokens.text2);
            painter->drawText(room, Qt::AlignRight | Qt::AlignVCenter, hint);
            painter->setPen(reason.isEmpty() ? tokens.text : tokens.disabled);
            painter->drawText(room, Qt::AlignLeft | Qt::AlignVCenter,
                option.fontMetrics.elidedText(
                    index.data().toString(), Qt::ElideRight, room.width() - hintWidth - 16));
        }
    };

} // namespace

int matchScore(const QString& query, const QString& text)
{
    int score = 0;
    qsizetype at = 0;
    qsizetype last = -2;
    for (const QChar letter : query) {
        if (letter.isSpace())
            continue;
        const qsizetype found = text.indexOf(letter, at, Qt::CaseInsensitive);
        if (found < 0)
            return -1;
        const bool startsWord = found == 0 || !text[found - 1].isLetterOrNumber();
        score += 1 + (startsWord ? 4 : 0) + (found == last + 1 ? 6 : 0);
        last = found;
        at = found + 1;
    }
    return score;
}

void CommandModel::setCommands(std::vector<Command> commands, const QStringList& lastUsed)
{
    m_commands = std::move(commands);
    m_lastUsed = lastUsed;
    setQuery({});
}

void CommandModel::setQuery(const QString& query)
{
    std::vector<std::pair<int, int>> scored; // score, index
    for (int i = 0; i < int(m_commands.size()); ++i) {
        const QString& text = m_commands[std::size_t(i)].text;
        const int score = matchScore(query, text);
        if (score < 0)
            continue;
        const auto used = m_lastUsed.indexOf(text);
        scored.emplace_back(score + (used >= 0 ? int(mostRemembered - used) : 0), i);
    }
    std::stable_sort(scored.begin(), scored.end(),
        [](const auto& a, const auto& b) { return a.first > b.first; });
    beginResetModel();
    m_shown.clear();
    for (const auto& [score, index] : scored)
        m_shown.push_back(index);
    endResetModel();
}

const Command& CommandModel::command(int row) const
{
    return m_commands[std::size_t(m_shown[std::size_t(row)])];
}

int CommandModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_shown.size());
}

QVariant CommandModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const Command& shown = command(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return shown.text;
    case hintRole:
        return shown.hint;
    case reasonRole:
        return shown.disabledReason;
    case Qt::AccessibleDescriptionRole:
        return shown.disabledReason.isEmpty() ? shown.hint : shown.disabledReason;
    default:
        return {};
    }
}

Qt::ItemFlags CommandModel::flags(const QModelIndex& index) const
{
    return index.isValid() ? Qt::ItemIsEnabled | Qt::ItemIsSelectable : Qt::NoItemFlags;
}

CommandPalette::CommandPalette(QWidget* parent)
    : QDialog(parent, Qt::Popup | Qt::FramelessWindowHint)
    , m_query(new QLineEdit)
    , m_list(new QListView)
    , m_model(new CommandModel(this))
{
    setAccessibleName(tr("Commands"));
    m_query->setPlaceholderText(tr("Search commands, formats, pages, tensors"));
    m_query->setAccessibleName(tr("Search commands"));
    m_query->installEventFilter(this);
    m_list->setModel(m_model);
    m_list->setItemDelegate(new CommandDelegate(m_list));
    m_list->setUniformItemSizes(true);
    m_list->setFocusPolicy(Qt::NoFocus);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->addWidget(m_query);
    layout->addWidget(m_list);
    connect(m_query, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_model->setQuery(text);
        m_list->setCurrentIndex(m_model->index(0));
    });
    connect(m_list, &QListView::clicked, this, &CommandPalette::runCurrent);
}

void CommandPalette::present(std::vector<Command> commands)
{
    m_model->setCommands(std::move(commands), m_lastUsed);
    m_query->clear();
    m_list->setCurrentIndex(m_model->index(0));
    resize(QSize(widgets::scaled(paletteWidth), widgets::scaled(paletteHeight))
               .boundedTo(parentWidget()->size() * 0.9));
    const QRect window = parentWidget()->rect();
    move(parentWidget()->mapToGlobal(QPoint((window.width() - width()) / 2, window.height() / 10)));
    show();
    m_query->setFocus();
}

void CommandPalette::runCurrent()
{
    const QModelIndex current = m_list->currentIndex();
    if (!current.isValid() || !m_model->command(current.row()).disabledReason.isEmpty())
        return;
    const Command chosen = m_model->command(current.row());
    m_lastUsed.removeAll(chosen.text);
    m_lastUsed.prepend(chosen.text);
    while (m_lastUsed.size() > mostRemembered)
        m_lastUsed.removeLast();
    hide();
    chosen.run();
}

void CommandPalette::paintEvent(QPaintEvent*)
{
    QPainter painter(this); // a line around it: it has no frame and lies on cards of its colour
    painter.fillRect(rect(), palette().color(QPalette::Window));
    painter.setPen(palette().color(QPalette::Dark));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() != QEvent::KeyPress)
        return QDialog::eventFilter(watched, event);
    switch (static_cast<QKeyEvent*>(event)->key()) {
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
        QCoreApplication::sendEvent(m_list, event);
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        runCurrent();
        return true;
    default:
        return QDialog::eventFilter(watched, event);
    }
}

} // namespace app
