// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/model/shrinkcard.h"

#include "widgets/buttons.h"
#include "widgets/format.h"
#include "widgets/gradetext.h"
#include "widgets/iconlabel.h"
#include "widgets/label.h"
#include "widgets/theme.h"

#include <QtWidgets/QButtonGroup>
#include <QtWidgets/QGridLayout>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QProgressBar>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QRadioButton>

#include <algorithm>

namespace widgets {

namespace {

    enum ShrinkColumn {
        TitleColumn,
        SizeColumn,
        FitsColumn,
        LossColumn,
        TimeColumn,
        shrinkColumns
    };
    constexpr int rowHeight = 24;
    constexpr int hintWidth = 620; ///< of the card, for its hint
    constexpr int margins = 24; ///< of its content, both sides

} // namespace

ShrinkCard::ShrinkCard(QWidget* parent)
    : Card(tr("Make a smaller file"), parent)
    , m_make(makePrimaryButton(tr("Make the file"), QStringLiteral("play")))
    , m_cancel(makeButton(tr("Cancel"), QStringLiteral("stop")))
    , m_guess(makeButton(tr("Predict roughly")))
    , m_showFile(makeLinkButton(tr("Show in folder")))
    , m_group(new QButtonGroup(this))
    , m_table(new QWidget)
    , m_grid(new QGridLayout(m_table))
    , m_icon(new IconLabel)
    , m_text(new Label(TextRole::Body))
    , m_bar(new QProgressBar)
{
    makeButtons();
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(scaled(16));
    m_grid->setVerticalSpacing(0);
    m_grid->setColumnStretch(LossColumn, 1);
    content()->setSpacing(scaled(4));
    content()->addWidget(m_table);
    content()->addWidget(makeLower());
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    connect(m_group, &QButtonGroup::idClicked, this, [this](int id) {
        m_chosen = core::Grade(id);
        showState();
    });
    setOffer({});
}

void ShrinkCard::makeButtons()
{
    addTool(m_guess);
    addTool(m_cancel);
    addTool(m_make);
    connect(m_make, &QPushButton::clicked, this, [this] { emit makeRequested(m_chosen); });
    connect(m_cancel, &QPushButton::clicked, this, &ShrinkCard::cancelRequested);
    connect(m_guess, &QPushButton::clicked, this, &ShrinkCard::guessRequested);
    connect(m_showFile, &QPushButton::clicked, this, &ShrinkCard::showFileRequested);
}

QWidget* ShrinkCard::makeLower()
{
    auto* lower = new QWidget;
    auto* layout = new QHBoxLayout(lower);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(scaled(8));
    layout->addWidget(m_icon);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_bar);
    layout->addWidget(m_showFile);
    m_text->setWordWrap(true);
    m_bar->setTextVisible(false);
    m_bar->setRange(0, 1000);
    m_bar->setFixedSize(scaled(160), scaled(6));
    m_bar->setAccessibleName(tr("Progress of the step"));
    lower->setMinimumHeight(scaled(rowHeight));
    return lower;
}

void ShrinkCard::setOffer(const ShrinkOffer& offer)
{
    const bool isSame = offer.choices == m_offer.choices && offer.isRough == m_offer.isRough;
    m_offer = offer;
    const auto& choices = offer.choices;
    const auto isThere = [&](const ShrinkChoice& choice) { return choice.asked == m_chosen; };
    if (!choices.empty() && std::ranges::none_of(choices, isThere))
        m_chosen = choices.front().asked;
    if (!isSame)
        rebuild();
    showColumns();
    showState();
}

void ShrinkCard::setProgress(const std::optional<ShrinkProgress>& progress)
{
    m_progress = progress;
    showState();
}

void ShrinkCard::setResult(const std::optional<ShrinkResult>& result)
{
    m_result = result;
    showState();
}

void ShrinkCard::arrange(int width)
{
    m_width = width;
    showColumns();
}

void ShrinkCard::rebuild()
{
    const auto buttons = m_group->buttons();
    const bool hadFocus = std::ranges::any_of(buttons, &QWidget::hasFocus);
    for (QAbstractButton* button : buttons)
        m_group->removeButton(button);
    for (const Row& row : m_rows)
        for (QWidget* cell : row.cells) {
            cell->hide(); // until it goes it takes no room
            cell->deleteLater();
        }
    m_rows.clear();
    for (std::size_t i = 0; i < m_offer.choices.size(); ++i)
        addRow(int(i), m_offer.choices[i]);
    m_table->setVisible(!m_rows.empty());
    if (QAbstractButton* chosen = m_group->checkedButton(); chosen && hadFocus)
        chosen->setFocus();
    showColumns();
}

void ShrinkCard::addRow(int row, const ShrinkChoice& choice)
{
    auto* title = new QRadioButton(choiceTitle(choice.asked));
    title->setChecked(choice.asked == m_chosen);
    title->setMinimumHeight(scaled(rowHeight));
    title->setToolTip(gradeToolTip(choice.asked));
    m_group->addButton(title, int(choice.asked));
    auto* size = new Label(TextRole::Body,
        tr("%1, %2", "size, change of it")
            .arg(sizeText(choice.bytes), percentChangeText(-choice.saved)));
    size->setToolTip(exactSizeText(std::uint64_t(choice.bytes)));
    auto* fits = new Label(TextRole::Secondary,
        choice.device.isEmpty() ? tr("fits no device") : tr("fits %1").arg(choice.device));
    const QString loss = predictedLossText(choice.kld, m_offer.isRough);
    const QString words = choice.predicted == choice.asked // the choice says it already
        ? loss
        : tr("%1: %2", "predicted KLD, words").arg(loss, gradeWords(choice.predicted));
    auto* grade = new Label(TextRole::Body);
    auto* time = new Label(TextRole::Secondary,
        choice.seconds < 0 ? unknownText() : tr("about %1").arg(durationText(choice.seconds)));
    grade->setElided();
    time->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_rows.push_back(
        { { title, size, fits, grade, time }, size, size->text(), sizeText(choice.bytes), grade,
            words, m_offer.isRough ? tr("rough: KLD about %1").arg(kldText(choice.kld)) : loss });
    for (int column = 0; column < shrinkColumns; ++column)
        m_grid->addWidget(m_rows.back().cells[std::size_t(column)], row, column);
    title->setAccessibleDescription(
        QStringList({ size->text(), fits->text(), m_rows.back().words, time->text() })
            .join(QStringLiteral(", ")));
}

int ShrinkCard::widest(int column) const
{
    int width = 0;
    for (const Row& row : m_rows)
        width = std::max(width, row.cells[std::size_t(column)]->sizeHint().width());
    return width;
}

/// Title, size and loss always, what changes of the size where it fits; the device, all words of
/// the loss and the time, in that order, as far as they fit.
void ShrinkCard::showColumns()
{
    setHint(m_width < scaled(hintWidth) ? QString() : m_offer.about);
    const int gap = m_grid->horizontalSpacing();
    int few = 0, all = 0;
    for (const Row& row : m_rows) {
        row.size->setText(row.sizeAndChange);
        few = std::max(few, row.loss->fontMetrics().horizontalAdvance(row.fewWords));
        all = std::max(all, row.loss->fontMetrics().horizontalAdvance(row.words));
    }
    int left = m_width - scaled(margins) - widest(TitleColumn) - widest(SizeColumn) - 2 * gap - few;
    for (const Row& row : m_rows)
        row.size->setText(left < 0 ? row.sizeAlone : row.sizeAndChange);
    const auto take = [&left](int width) {
        const bool fits = left >= width;
        left = fits ? left - width : -1; // what comes later is worth less
        return fits;
    };
    const bool fits = take(widest(FitsColumn) + gap), words = take(std::max(0, all - few)),
               time = take(widest(TimeColumn) + gap);
    for (const Row& row : m_rows) {
        row.loss->setText(words ? row.words : row.fewWords);
        row.cells[TimeColumn]->setVisible(time);
        row.cells[FitsColumn]->setVisible(fits);
    }
}

void ShrinkCard::showState()
{
    using State = ShrinkProgress::State;
    const bool isRunning = m_progress && m_progress->state == State::Running;
    const bool isStopped = m_progress && m_progress->state == State::Stopped;
    const bool can = m_offer.whyNot.isEmpty() && !m_offer.choices.empty();
    m_make->setVisible(!isRunning && !m_offer.choices.empty());
    m_make->setEnabled(can);
    m_make->setText(isStopped ? tr("Resume") : tr("Make the file"));
    m_make->setToolTip(m_offer.whyNot.isEmpty()
            ? tr("Predicts losses on the text, finds the mix, rounds, measures and writes")
            : m_offer.whyNot);
    m_cancel->setVisible(isRunning);
    m_guess->setVisible(m_offer.canGuess && !isRunning);
    m_bar->setVisible(isRunning);
    m_bar->setValue(isRunning ? int(1000 * m_progress->done) : 0);
    for (const Row& row : m_rows)
        row.cells[TitleColumn]->setEnabled(!isRunning);

    QString text = m_offer.caution, toolTip, icon = QStringLiteral("warning");
    Ink ink = Ink::Warn;
    if (m_progress) {
        text = m_progress->text;
        icon = isRunning ? QStringLiteral("clock") : QStringLiteral("pause");
        ink = Ink::Text2;
    } else if (m_result) {
        text = tr("%1: %2", "file, what is said of it").arg(m_result->fileName, m_result->text);
        toolTip = m_result->toolTip;
        const bool use = m_result->advice == core::Advice::Use;
        icon = use ? QStringLiteral("check") : QStringLiteral("warning");
        ink = use ? Ink::Ok : Ink::Warn;
    } else if (!m_offer.whyNot.isEmpty()) {
        text = m_offer.whyNot;
    }
    m_text->setText(text);
    m_text->parentWidget()->setToolTip(toolTip);
    m_icon->setIcon(icon, ink);
    m_icon->setVisible(!text.isEmpty());
    m_text->parentWidget()->setVisible(!text.isEmpty());
    m_showFile->setVisible(!m_progress && m_result);
}

} // namespace widgets
