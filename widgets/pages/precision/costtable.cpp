// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/precision/costtable.h"

#include "core/formats/study.h"
#include "widgets/format.h"
#include "widgets/models/formatabout.h"
#include "widgets/models/tensormodel.h"
#include "widgets/pages/inkdelegate.h"
#include "widgets/table/formatdelegate.h"
#include "widgets/theme.h"
#include "widgets/themetokens.h"

#include <QtCore/QSignalBlocker>
#include <QtGui/QKeyEvent>
#include <QtWidgets/QHeaderView>

#include <algorithm>
#include <cmath>

namespace widgets {

QString fallbackText(const FormatChoice& choice)
{
    QStringList targets;
    int fallen = 0;
    for (const auto& [format, count] : choice.fallbacks) {
        targets += CostTable::tr("%1 to %2", "number of tensors, format")
                       .arg(count)
                       .arg(formatName(format));
        fallen += count;
    }
    if (fallen == 0)
        return {};
    if (choice.tensors == 1)
        return CostTable::tr("Its rows do not fit; it falls back to %1.")
            .arg(formatName(choice.fallbacks.front().first));
    return CostTable::tr("%1 of %n tensors fall back: %2.", nullptr, choice.tensors)
        .arg(fallen)
        .arg(listText(targets));
}

namespace {

    /// "Output error 3.1 %, mean of 3 of 7 tensors".
    QString errorLine(const FormatChoice& choice)
    {
        const QString error = (choice.errorOf == ErrorOf::Output ? CostTable::tr("Output error %1")
                                                                 : CostTable::tr("Weight error %1"))
                                  .arg(percentText(*choice.error));
        if (choice.isPartial())
            return CostTable::tr("%1, mean of %2 of %n tensors", "an error", choice.tensors)
                .arg(error)
                .arg(choice.measured);
        return choice.tensors == 1
            ? error
            : CostTable::tr("%1, mean of %n tensors", "an error", choice.tensors).arg(error);
    }

} // namespace

CostTable::CostTable(QWidget* parent)
    : QTableWidget(0, ColumnCount, parent)
{
    setHorizontalHeaderLabels({ tr("Format"), tr("Size"), tr("Output error"), tr("KLD × 10⁻³") });
    for (int column = 0; column < ColumnCount; ++column)
        horizontalHeaderItem(column)->setTextAlignment(
            (column == Name ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    horizontalHeaderItem(Loss)->setToolTip(
        tr("KL divergence, nats a token, of these tensors rounded alone: ○ predicted, ● measured"));
    verticalHeader()->hide();
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    horizontalHeader()->setSectionResizeMode(Name, QHeaderView::Stretch);
    setItemDelegate(new InkDelegate(this));
    setItemDelegateForColumn(Name, new FormatDelegate(this));
    setEditTriggers(NoEditTriggers);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setShowGrid(false);
    setTabKeyNavigation(false);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(ScrollPerPixel);
    setAccessibleName(tr("Formats and what they cost"));
    setMinimumHeight(scaled(26 + 4 * 24));
    connect(this, &QTableWidget::currentCellChanged, this, &CostTable::look);
    connect(this, &QTableWidget::cellDoubleClicked, this,
        [this](int row) { emit assignRequested(m_choices[std::size_t(row)].format); });
}

void CostTable::setChoices(const std::vector<FormatChoice>& choices, const core::Format* assigned,
    const core::Format* looked)
{
    const QSignalBlocker blocker(this);
    m_choices = choices;
    m_assigned = assigned;
    fill();
    const core::Format* shown = looked ? looked : assigned;
    const FormatChoice* choice = choiceOf(shown);
    const int row = choice ? int(choice - m_choices.data()) : -1;
    if (row == currentRow())
        return;
    setCurrentCell(row, Name);
    if (row >= 0)
        scrollToItem(item(row, Name));
}

const FormatChoice* CostTable::current() const
{
    const int row = currentRow();
    return row >= 0 && row < int(m_choices.size()) ? &m_choices[std::size_t(row)] : nullptr;
}

const FormatChoice* CostTable::choiceOf(const core::Format* format) const
{
    for (const FormatChoice& choice : m_choices) {
        if (core::isSameFormat(choice.format, format))
            return &choice;
    }
    return nullptr;
}

double CostTable::sizeOf(const FormatChoice& choice) const
{
    const FormatChoice* base = choiceOf(m_assigned);
    return double(base ? choice.bytes - base->bytes : choice.bytes);
}

void CostTable::fill()
{
    double largest = 0;
    for (const FormatChoice& choice : m_choices)
        largest = std::max(largest, std::abs(sizeOf(choice)));
    m_unit = sizeUnitOf(largest);
    nameError();
    // What the loss is known of needs no error; there is no room for both.
    const bool knows = std::ranges::any_of(
        m_choices, [](const FormatChoice& choice) { return bool(choice.loss); });
    setColumnHidden(Error, knows);
    setColumnHidden(Loss, !knows);
    setRowCount(int(m_choices.size()));
    for (int row = 0; row < rowCount(); ++row) {
        setRowHeight(row, scaled(24));
        fillRow(row);
    }
}

void CostTable::nameError()
{
    const bool ofWeights = !m_choices.empty() && m_choices.front().errorOf == ErrorOf::Weights;
    horizontalHeaderItem(Error)->setText(ofWeights ? tr("Weight error") : tr("Output error"));
    horizontalHeaderItem(Error)->setToolTip(ofWeights
            ? tr("How far the weights move, relative to the weights themselves. Measure "
                 "activations to know how far the output moves.")
            : tr("How far the tensor's output moves, relative to the output itself"));
}

void CostTable::fillRow(int row)
{
    const FormatChoice& choice = m_choices[std::size_t(row)];
    set(row, Name, formatName(choice.format), tokensOf(palette()).text);
    QTableWidgetItem* name = item(row, Name);
    using Tone = TensorCell::Tone;
    const Tone tone = choiceOf(m_assigned) == &choice ? Tone::Strong
        : choice.fits()                               ? Tone::Normal
                                                      : Tone::Secondary;
    name->setData(TensorModel::ToneRole, int(tone));
    name->setData(TensorModel::FormatRole, QVariant::fromValue(choice.format));
    fillSize(row);
    fillError(row);
    fillLoss(row);
    const QString tip = toolTip(choice);
    for (int column = 0; column < ColumnCount; ++column)
        item(row, column)->setToolTip(tip);
}

void CostTable::fillSize(int row)
{
    const FormatChoice& choice = m_choices[std::size_t(row)];
    const FormatChoice* base = choiceOf(m_assigned);
    const Tokens tokens = tokensOf(palette());
    const double size = sizeOf(choice);
    const QString text = !base ? sizeText(size, m_unit)
        : base == &choice      ? tr("in recipe")
                               : sizeChangeText(size, m_unit);
    set(row, Size, text, base == &choice ? tokens.text2 : tokens.text);
}

void CostTable::fillError(int row)
{
    const FormatChoice& choice = m_choices[std::size_t(row)];
    const FormatChoice* base = choiceOf(m_assigned);
    const bool isBase = base == &choice;
    const Tokens tokens = tokensOf(palette());
    const QString text = base && !isBase
        ? (choice.change ? pointsText(*choice.change) : pendingText())
        : (choice.error ? percentText(*choice.error) : pendingText());
    const bool worse = base && !isBase && choice.change.value_or(0) > 0;
    set(row, Error, text,
        isBase || choice.isPartial() ? tokens.text2
            : worse                  ? tokens.loss
                                     : tokens.text);
}

void CostTable::fillLoss(int row)
{
    const FormatChoice& choice = m_choices[std::size_t(row)];
    const FormatChoice* base = choiceOf(m_assigned);
    const bool hasBase = base && base != &choice;
    // Measured against measured, predicted against predicted.
    const bool isMeasured = choice.measuredLoss && (!hasBase || base->measuredLoss);
    const std::optional<double> change = !hasBase ? std::nullopt
        : isMeasured ? std::optional(*choice.measuredLoss - *base->measuredLoss)
                     : choice.lossChange;
    const std::optional<double> loss = isMeasured ? choice.measuredLoss : choice.loss;
    const Tokens tokens = tokensOf(palette());
    const QString text = change ? signedText(1000 * *change, 3)
        : loss                  ? numberText(1000 * *loss, 3)
                                : unknownText();
    const bool anyMeasured = std::ranges::any_of(
        m_choices, [](const FormatChoice& each) { return bool(each.measuredLoss); });
    const QString mark = !anyMeasured || !(change || loss) ? QString()
        : isMeasured                                       ? QStringLiteral("● ")
                                                           : QStringLiteral("○ ");
    set(row, Loss, mark + text,
        base == &choice || !loss    ? tokens.text2
            : change && *change > 0 ? tokens.loss
                                    : tokens.text);
}

QString CostTable::toolTip(const FormatChoice& choice) const
{
    QStringList lines{
        tr("%1 in %2").arg(formatName(choice.format), exactSizeText(std::uint64_t(choice.bytes)))
    };
    if (const QString line = formatLine(choice.format); !line.isEmpty())
        lines += line;
    if (choice.error)
        lines += errorLine(choice);
    if (choice.measuredLoss)
        lines += tr("Measured alone: KLD %1", "costs")
                     .arg(measuredKldText(
                         *choice.measuredLoss, choice.measuredLossError.value_or(0)));
    if (choice.loss)
        lines += tr("Predicted: KLD %1", "costs")
                     .arg(predictedKldText(*choice.loss, choice.lossError));
    if (!choice.fits())
        lines += fallbackText(choice);
    return lines.join(u'\n');
}

void CostTable::set(int row, Column column, const QString& text, const QColor& ink)
{
    QTableWidgetItem* cell = item(row, column);
    if (!cell) {
        cell = new QTableWidgetItem; // the table owns it
        cell->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
        cell->setTextAlignment(
            (column == Name ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
        setItem(row, column, cell);
    }
    cell->setText(text);
    cell->setForeground(ink);
}

void CostTable::look()
{
    if (const FormatChoice* choice = current())
        emit lookRequested(
            core::isSameFormat(choice->format, m_assigned) ? nullptr : choice->format);
}

void CostTable::keyPressEvent(QKeyEvent* event)
{
    const FormatChoice* choice = current();
    if (choice && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter))
        emit assignRequested(choice->format);
    else if (event->key() == Qt::Key_Escape)
        emit lookRequested(nullptr);
    else
        QTableWidget::keyPressEvent(event);
}

void CostTable::resizeEvent(QResizeEvent* event)
{
    QTableWidget::resizeEvent(event);
    if (currentIndex().isValid())
        scrollTo(currentIndex());
}

void CostTable::changeEvent(QEvent* event)
{
    QTableWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::ApplicationFontChange) {
        const QSignalBlocker blocker(this);
        fill();
    }
}

} // namespace widgets
