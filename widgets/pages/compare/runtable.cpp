// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/compare/runtable.h"

#include "widgets/format.h"
#include "widgets/gradetext.h"
#include "widgets/icons.h"
#include "widgets/pages/inkdelegate.h"
#include "widgets/theme.h"
#include "widgets/themetokens.h"

#include <QtGui/QContextMenuEvent>
#include <QtGui/QKeyEvent>
#include <QtGui/QPainter>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QMenu>

#include <algorithm>

namespace widgets {
namespace {

    constexpr int pinnedRole = Qt::UserRole;

    QString changeText(const core::Evaluation& evaluation)
    {
        if (!evaluation.against) // the original
            return measuredText(evaluation.perplexity, evaluation.perplexityError, 2);
        const core::Comparison& against = *evaluation.against;
        return QStringLiteral("%1 ± %2").arg(signedText(against.perplexityDifference, 2),
            numberText(against.perplexityDifferenceError, 2));
    }

    QString kldCell(const core::Evaluation& evaluation)
    {
        if (!evaluation.against)
            return QStringLiteral("0");
        return QStringLiteral("%1 ± %2").arg(
            milliKldText(evaluation.against->kldMean), milliKldText(evaluation.against->kldError));
    }

    /// The letter of a pinned run in a frame of its colour; a dot for the others.
    class PinDelegate : public InkDelegate {
    public:
        using InkDelegate::InkDelegate;

        void paint(QPainter* painter, const QStyleOptionViewItem& option,
            const QModelIndex& index) const override
        {
            InkDelegate::paint(painter, option, index);
            if (!index.data(pinnedRole).toBool())
                return;
            QRectF frame(0, 0, scaled(20), scaled(20));
            frame.moveCenter(QRectF(option.rect).center());
            painter->save();
            painter->setRenderHint(QPainter::Antialiasing);
            painter->setPen(index.data(Qt::ForegroundRole).value<QBrush>().color());
            painter->drawRoundedRect(frame, scaled(3), scaled(3));
            painter->restore();
        }
    };

} // namespace

RunTable::RunTable(QWidget* parent)
    : QTableWidget(0, ColumnCount, parent)
{
    setHorizontalHeaderLabels({ tr("Pin"), tr("Recipe"), tr("Method"), tr("Size"), tr("bpw"),
        tr("tok/s ≤"), tr("PPL change"), tr("KLD × 10⁻³"), tr("99.9 %"), tr("Top-1") });
    horizontalHeaderItem(Tokens)->setToolTip(tr("Upper bound on the chosen device"));
    horizontalHeaderItem(Perplexity)
        ->setToolTip(tr("Perplexity of the original, then the paired difference"));
    horizontalHeaderItem(Kld)->setToolTip(
        tr("Mean KL divergence, original ‖ quantized, in 10⁻³ nats"));
    horizontalHeaderItem(Kld999)->setToolTip(
        tr("At 999 of 1000 positions the KL divergence is below this, in 10⁻³ nats"));
    for (int column = 0; column < ColumnCount; ++column)
        horizontalHeaderItem(column)->setTextAlignment(
            (column < Size ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    verticalHeader()->hide();
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    horizontalHeader()->setSectionResizeMode(Recipe, QHeaderView::Stretch);
    setEditTriggers(NoEditTriggers);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setShowGrid(false);
    setTabKeyNavigation(false);
    setFrameShape(QFrame::NoFrame);
    setAccessibleName(tr("Runs"));
    setItemDelegate(new InkDelegate(this));
    setItemDelegateForColumn(Pin, new PinDelegate(this));
    horizontalHeaderItem(Pin)->setTextAlignment(Qt::AlignCenter);
    setMinimumHeight(scaled(26 + 5 * 24));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Ignored); // it scrolls
    connect(this, &QTableWidget::cellClicked, this, [this](int row, int column) {
        if (column == Pin)
            togglePin(row);
    });
}

void RunTable::setRuns(const std::vector<RunRow>& runs, int a, int b)
{
    const RunRow* before = current();
    const int number = before && b == m_b ? before->number : b; // what became B is shown
    m_runs = runs;
    m_a = a;
    m_b = b;
    fill();
    for (int row = 0; row < int(m_runs.size()); ++row) {
        if (m_runs[std::size_t(row)].number == number)
            setCurrentCell(row, Recipe);
    }
}

const RunRow* RunTable::current() const
{
    const int row = currentRow();
    return row >= 0 && row < int(m_runs.size()) ? &m_runs[std::size_t(row)] : nullptr;
}

void RunTable::fill()
{
    setRowCount(int(m_runs.size()));
    for (int row = 0; row < int(m_runs.size()); ++row) {
        setRowHeight(row, scaled(24));
        fillRow(row, m_runs[std::size_t(row)]);
    }
    fitRecipe();
}

/// The recipe has what the others leave, but room for its header and a short name in any case.
void RunTable::fitRecipe()
{
    QHeaderView* header = horizontalHeader();
    int left = viewport()->width();
    for (int column = 0; column < ColumnCount; ++column)
        if (column != Recipe && !isColumnHidden(column))
            left -= header->sectionSize(column);
    const int least = std::max(
        header->sectionSizeHint(Recipe), std::min(sizeHintForColumn(Recipe), scaled(96)));
    header->setSectionResizeMode(Recipe, left >= least ? QHeaderView::Stretch : QHeaderView::Fixed);
    if (left < least)
        header->resizeSection(Recipe, least);
}

void RunTable::set(int row, Column column, const QString& text, bool secondary)
{
    auto* cell = new QTableWidgetItem(text);
    cell->setTextAlignment((column < Size ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (secondary)
        cell->setForeground(tokensOf(palette()).text2);
    setItem(row, column, cell);
}

void RunTable::fillRow(int row, const RunRow& run)
{
    const bool isA = run.number > 0 && run.number == m_a;
    const bool isB = run.number > 0 && run.number == m_b;
    set(row, Pin, isA ? tr("A") : isB ? tr("B") : run.number > 0 ? QStringLiteral("·") : QString());
    set(row, Recipe, run.title);
    set(row, Method, run.method, run.number == 0);
    set(row, Size, sizeText(double(run.fileBytes)));
    set(row, Bits, bitsText(run.bitsPerWeight));
    set(row, Tokens,
        run.tokensPerSecond > 0 ? tokensPerSecondText(run.tokensPerSecond) : unknownText());
    const bool secondary = run.stale || run.number == 0;
    set(row, Perplexity, run.evaluation ? changeText(*run.evaluation) : unknownText(), secondary);
    set(row, Kld, run.evaluation ? kldCell(*run.evaluation) : unknownText(), secondary);
    const bool isCompared = run.evaluation && run.evaluation->against;
    const QString ofOriginal = run.evaluation ? QStringLiteral("0") : unknownText();
    set(row, Kld999, isCompared ? milliKldText(run.evaluation->against->kld999) : ofOriginal,
        secondary);
    const double top1
        = run.evaluation && run.evaluation->against ? run.evaluation->against->sameTop1 : 1;
    set(row, Top1, run.evaluation ? percentText(top1) : unknownText(), secondary);
    const QString inWords
        = isCompared ? gradeToolTip(core::gradeOf(*run.evaluation->against)) : QString();
    for (const int column : { Kld, Top1 })
        item(row, column)->setToolTip(inWords);
    if (run.stale) {
        item(row, Kld)->setIcon(icon(QStringLiteral("clock"), Ink::Text2));
        item(row, Kld)->setToolTip(
            run.warning.isEmpty() ? tr("Measured with other settings") : run.warning);
    }
    if (!run.warning.isEmpty())
        item(row, Recipe)->setIcon(icon(QStringLiteral("warning"), Ink::Warn));
    item(row, Recipe)
        ->setToolTip(run.warning.isEmpty() ? run.path : tr("%1\n%2").arg(run.path, run.warning));
    item(row, Pin)->setTextAlignment(Qt::AlignCenter);
    QFont bold = font();
    bold.setBold(true);
    if (isA || isB) {
        item(row, Pin)->setForeground(tokensOf(palette()).runs[isB ? 0 : 1]);
        item(row, Pin)->setData(pinnedRole, true);
        item(row, Pin)->setFont(bold);
        item(row, Recipe)->setFont(bold);
    }
}

void RunTable::setBreakpoint(Breakpoint breakpoint)
{
    for (const Column column : { Bits, Tokens, Perplexity, Kld999 })
        setColumnHidden(column, breakpoint != Breakpoint::Wide);
    setColumnHidden(Top1, breakpoint == Breakpoint::Narrow);
    fitRecipe();
}

QString RunTable::toText() const
{
    QStringList lines;
    QStringList header;
    for (int column = 0; column < columnCount(); ++column)
        header << horizontalHeaderItem(column)->text();
    lines << header.join(u'\t');
    for (int row = 0; row < rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < columnCount(); ++column)
            cells << item(row, column)->text();
        lines << cells.join(u'\t');
    }
    return lines.join(u'\n');
}

void RunTable::togglePin(int row)
{
    const int number = m_runs[std::size_t(row)].number;
    if (number == 0)
        return;
    if (number == m_b)
        emit pinARequested(number);
    else
        emit pinBRequested(number);
}

void RunTable::keyPressEvent(QKeyEvent* event)
{
    const RunRow* run = current();
    const bool pinnable = run && run->number > 0;
    if (pinnable && event->key() == Qt::Key_A && event->modifiers() == Qt::NoModifier)
        emit pinARequested(run->number);
    else if (pinnable && event->key() == Qt::Key_B && event->modifiers() == Qt::NoModifier)
        emit pinBRequested(run->number);
    else if (pinnable && event->key() == Qt::Key_Delete && !m_locked)
        emit removeRequested(run->number);
    else
        QTableWidget::keyPressEvent(event);
}

void RunTable::contextMenuEvent(QContextMenuEvent* event)
{
    const RunRow* run = current();
    if (!run)
        return;
    const int number = run->number;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QAction* measure = menu->addAction(run->evaluation ? tr("Measure again") : tr("Measure"), this,
        [this, number] { emit measureRequested(number); });
    measure->setEnabled(!m_locked && number > 0);
    if (number > 0) {
        menu->addAction(tr("Pin as A"), this, [this, number] { emit pinARequested(number); });
        menu->addAction(tr("Pin as B"), this, [this, number] { emit pinBRequested(number); });
        if (!run->isFile) // of a file nobody knows the recipe
            menu->addAction(
                    tr("Use its recipe"), this, [this, number] { emit recipeRequested(number); })
                ->setEnabled(!m_locked && !run->isRecipe);
        menu->addSeparator();
        menu->addAction(tr("Remove"), this, [this, number] { emit removeRequested(number); })
            ->setEnabled(!m_locked);
    }
    menu->popup(event->globalPos());
}

void RunTable::resizeEvent(QResizeEvent* event)
{
    QTableWidget::resizeEvent(event);
    fitRecipe();
    if (currentIndex().isValid())
        scrollTo(currentIndex());
}

void RunTable::changeEvent(QEvent* event)
{
    QTableWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::ApplicationFontChange)
        fill();
}

} // namespace widgets
