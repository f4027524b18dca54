// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/activations/largestvalues.h"

#include "widgets/format.h"
#include "widgets/label.h"
#include "widgets/pages/activations/activationsanswer.h"
#include "widgets/pages/activations/activationspage.h"
#include "widgets/pages/inkdelegate.h"
#include "widgets/theme.h"

#include <QtCore/QEvent>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QTableWidget>
#include <QtWidgets/QVBoxLayout>

#include <cmath>

namespace widgets {
namespace {
    enum Column { After, Channel, Value, Ratio, Token, columnCount };

    QString timesText(double ratio)
    {
        return numberText(ratio, ratio < 100 ? 1 : 0) + QChar(0x00D7);
    }

    /// One decimal, so that the column lines up; small values keep three digits.
    QString valueText(double value)
    {
        return std::abs(value) >= 1 ? numberText(value, 1) : significantText(value);
    }
}

LargestValues::LargestValues(QWidget* parent)
    : QWidget(parent)
    , m_table(new QTableWidget(0, columnCount))
    , m_context(new Label(TextRole::Caption))
{
    m_table->setHorizontalHeaderLabels(
        { tr("After"), tr("Chan."), tr("Value"), tr("÷ med."), tr("Token") });
    m_table->horizontalHeaderItem(Ratio)->setToolTip(
        tr("Relative to the largest value of the median channel there."));
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setShowGrid(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setWordWrap(false);
    m_table->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(scaled(24));
    m_table->verticalHeader()->setMinimumSectionSize(scaled(20));
    m_table->horizontalHeader()->setMinimumSectionSize(scaled(30));
    m_table->horizontalHeader()->setSectionResizeMode(Token, QHeaderView::Stretch);
    m_table->setItemDelegate(new InkDelegate(m_table));
    m_table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->setFocusPolicy(Qt::StrongFocus);
    for (int column = 0; column < columnCount; ++column)
        m_table->horizontalHeaderItem(column)->setTextAlignment(
            (column == After || column == Token ? Qt::AlignLeft : Qt::AlignRight)
            | Qt::AlignVCenter);
    m_table->setAccessibleName(tr("Largest values"));
    m_context->setWordWrap(true);
    m_context->setContentsMargins(scaled(12), scaled(6), scaled(12), scaled(6));
    m_context->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_context);
    connect(
        m_table, &QTableWidget::currentCellChanged, this, [this](int row) { showContext(row); });
    connect(m_table, &QTableWidget::cellClicked, this, [this](int row) {
        emit channelChosen(m_table->item(row, Channel)->data(Qt::UserRole).toInt());
    });
}

void LargestValues::setMeasured(const MeasuredActivations& measured)
{
    m_table->setRowCount(0);
    m_contexts.clear();
    m_context->hide();
    if (!measured.stats)
        return;
    const core::ActivationStats& stats = *measured.stats;
    for (std::size_t i = 0; i < stats.largest.size(); ++i) {
        const core::LargeValue& value = stats.largest[i];
        if (value.depth == 0 || value.depth % 2 == 1)
            continue; // after each layer is enough to see them grow
        const int row = m_table->rowCount();
        m_table->insertRow(row);
        const TokenInText text = i < measured.tokens.size() ? measured.tokens[i] : TokenInText{};
        const double median = residualMedian(stats, value.depth);
        const QString cells[columnCount] = { shortDepthName(value.depth),
            QString::number(value.channel), valueText(double(value.value)),
            median > 0 ? timesText(std::abs(double(value.value)) / median) : unknownText(),
            text.token.trimmed().isEmpty() ? QStringLiteral("␣") : text.token.trimmed() };
        for (int column = 0; column < columnCount; ++column) {
            auto* item = new QTableWidgetItem(cells[column]); // the table owns it
            const bool left = column == After || column == Token;
            item->setTextAlignment((left ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
            m_table->setItem(row, column, item);
        }
        QTableWidgetItem* channel = m_table->item(row, Channel);
        channel->setData(Qt::UserRole, value.channel);
        channel->setFont(textFont(13, QFont::Bold));
        m_contexts.append(text.token.isEmpty()
                ? QString()
                : tr("…%1[%2]%3…").arg(text.before, text.token, text.after).simplified());
    }
    colour();
    const int widths[] = { 50, 46, 66, 56 }; // "0 attn", "4095", "−1234.5", "123.4×" and their room
    for (int column = After; column < Token; ++column)
        m_table->setColumnWidth(column, scaled(widths[column]));
}

void LargestValues::colour()
{
    const QColor ink = tokensOf(palette()).loss;
    for (int row = 0; row < m_table->rowCount(); ++row)
        m_table->item(row, Channel)->setForeground(ink);
}

void LargestValues::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        colour();
}

void LargestValues::showContext(int row)
{
    const QString text = m_contexts.value(row);
    m_context->setText(text);
    m_context->setVisible(!text.isEmpty());
}

} // namespace widgets
