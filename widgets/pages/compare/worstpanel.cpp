// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/compare/worstpanel.h"

#include "widgets/format.h"
#include "widgets/label.h"
#include "widgets/pages/inkdelegate.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"

#include <QtCore/QEvent>
#include <QtGui/QPainter>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QTableWidget>

namespace widgets {
namespace {

    enum Column { Kld, Other, Context, Original, Model, columnCount };
    enum Role { Before = Qt::UserRole, After };
    constexpr double tokenAt = 0.62; ///< of the column's width: where a token ends

    /// The token on amber at the same place in every row, the text before and after it beside.
    class ContextDelegate : public InkDelegate {
    public:
        using InkDelegate::InkDelegate;

        void paint(QPainter* painter, const QStyleOptionViewItem& option,
            const QModelIndex& index) const override
        {
            QStyleOptionViewItem empty = option;
            initStyleOption(&empty, index);
            empty.text.clear();
            empty.widget->style()->drawControl(
                QStyle::CE_ItemViewItem, &empty, painter, empty.widget);
            const Tokens tokens = tokensOf(option.palette);
            const QString word = index.data(Qt::DisplayRole).toString();
            const QFontMetrics metrics(empty.font);
            const QRect area = option.rect.adjusted(scaled(6), 0, -scaled(6), 0);
            const int width = metrics.horizontalAdvance(word);
            const int end = area.left() + std::max(width, int(tokenAt * area.width()));
            const QRect token(
                end - width, area.top() + scaled(3), width, area.height() - scaled(6));
            const QRect left(area.left(), area.top(), token.left() - area.left(), area.height());
            const QRect right(end, area.top(), area.right() - end + 1, area.height());
            painter->save();
            painter->setFont(empty.font);
            painter->fillRect(token, tokens.highlight);
            painter->setPen(tokens.text);
            painter->drawText(token, Qt::AlignCenter, word);
            painter->setPen(tokens.text2);
            painter->drawText(left, Qt::AlignRight | Qt::AlignVCenter,
                metrics.elidedText(index.data(Before).toString(), Qt::ElideLeft, left.width()));
            painter->drawText(right, Qt::AlignLeft | Qt::AlignVCenter,
                metrics.elidedText(index.data(After).toString(), Qt::ElideRight, right.width()));
            painter->restore();
        }
    };

    QTableWidgetItem* cell(const QString& text, Qt::Alignment alignment = Qt::AlignLeft)
    {
        auto* item = new QTableWidgetItem(text); // the table owns it
        item->setTextAlignment(alignment | Qt::AlignVCenter);
        return item;
    }

} // namespace

WorstPanel::WorstPanel(QWidget* parent)
    : QWidget(parent)
    , m_controls(new QWidget(this))
    , m_which(new Segmented)
    , m_hint(new Label(TextRole::Caption))
    , m_table(new QTableWidget(0, columnCount))
{
    m_which->setSegments({ tr("A"), tr("B") });
    m_which->setCurrent(1);
    m_hint->setWrapped();
    m_hint->setText(tr("Where the text shows the largest KL divergence."));
    auto* controls = new QHBoxLayout(m_controls);
    controls->setContentsMargins(0, 0, 0, 0);
    controls->setSpacing(scaled(8));
    controls->addWidget(m_which);
    controls->addWidget(m_hint, 1);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setMinimumSectionSize(scaled(20));
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setSectionResizeMode(Context, QHeaderView::Stretch);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setItemDelegate(new InkDelegate(m_table));
    m_table->setItemDelegateForColumn(Context, new ContextDelegate(m_table));
    m_table->setMinimumHeight(scaled(26 + 4 * 24));
    m_table->setAccessibleName(tr("Worst tokens"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_table);
    connect(m_which, &Segmented::chosen, this, &WorstPanel::fill);
    fill();
}

void WorstPanel::setTexts(std::array<std::vector<WorstText>, 2> texts)
{
    m_texts = std::move(texts);
    for (int which = 0; which < 2; ++which)
        m_which->setSegmentEnabled(which, !m_texts[std::size_t(which)].empty());
    if (m_texts[std::size_t(m_which->current())].empty())
        m_which->setCurrent(m_texts[0].empty() ? 1 : 0);
    fill();
}

void WorstPanel::fill()
{
    const bool isB = m_which->current() == 1;
    const QString letter = isB ? tr("B") : tr("A"), other = isB ? tr("A") : tr("B");
    m_table->setHorizontalHeaderLabels({ tr("KLD %1").arg(letter), tr("KLD %1").arg(other),
        tr("Text"), tr("Original expects"), tr("%1 expects").arg(letter) });
    for (int column = 0; column < columnCount; ++column)
        m_table->horizontalHeaderItem(column)->setTextAlignment(
            (column < Context ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    const std::vector<WorstText>& texts = m_texts[isB ? 1 : 0];
    m_table->setRowCount(int(texts.size()));
    for (int row = 0; row < int(texts.size()); ++row) {
        const WorstText& text = texts[std::size_t(row)];
        m_table->setRowHeight(row, scaled(24));
        m_table->setItem(row, Kld, cell(kldText(text.kld), Qt::AlignRight));
        m_table->setItem(
            row, Other, cell(text.other ? kldText(*text.other) : unknownText(), Qt::AlignRight));
        QTableWidgetItem* context = cell(text.token);
        context->setData(Before, text.before);
        context->setData(After, text.after);
        context->setToolTip(text.chances);
        m_table->setItem(row, Context, context);
        m_table->setItem(row, Original, cell(text.original));
        m_table->setItem(row, Model, cell(text.model));
    }
    m_hint->setText(texts.empty()
            ? tr("Measure A or B: the positions with the largest KL divergence are kept.")
            : tr("Where the text shows the largest KL divergence."));
}

void WorstPanel::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::ApplicationFontChange)
        fill();
}

} // namespace widgets
