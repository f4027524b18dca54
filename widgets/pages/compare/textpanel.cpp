// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/compare/textpanel.h"

#include "widgets/buttons.h"
#include "widgets/card.h"
#include "widgets/icons.h"
#include "widgets/label.h"
#include "widgets/pages/compare/textcolumnview.h"
#include "widgets/theme.h"

#include <QtWidgets/QComboBox>
#include <QtWidgets/QDoubleSpinBox>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPushButton>

namespace widgets {
namespace {

    constexpr int usualCount = 64, mostCount = 2048; ///< tokens
    enum Sampling { Greedy, Sampled };

} // namespace

TextPanel::TextPanel(QWidget* parent)
    : QWidget(parent)
    , m_controls(new QWidget(this))
    , m_prompt(new QLineEdit)
    , m_sampling(new QComboBox)
    , m_temperature(new QDoubleSpinBox)
    , m_seed(new QSpinBox)
    , m_count(new QSpinBox)
    , m_write(makeButton(tr("Generate"), QStringLiteral("play")))
    , m_matchButton(makeButton(tr("Match rate")))
    , m_controlRow(new QBoxLayout(QBoxLayout::LeftToRight, m_controls))
    , m_columnRow(new QBoxLayout(QBoxLayout::LeftToRight))
    , m_match(new Label(TextRole::Caption))
{
    makeControls();
    explainControls();
    connectControls();
    m_columnRow->setSpacing(0);
    for (TextColumnView*& column : m_columns) {
        column = new TextColumnView(this);
        m_columnRow->addWidget(column, 1);
    }
    m_match->setWrapped();
    auto* foot = new QHBoxLayout;
    foot->setContentsMargins(scaled(12), scaled(4), scaled(12), scaled(6));
    foot->addWidget(m_match, 1);
    foot->addWidget(m_matchButton);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(m_columnRow, 1);
    layout->addWidget(makeLine(Qt::Horizontal));
    layout->addLayout(foot);
    auto* menu = new QMenu(m_matchButton);
    menu->addAction(tr("Over beginnings of the evaluation text"), this, &TextPanel::matchRequested);
    menu->addAction(tr("Over a file of prompts..."), this, &TextPanel::matchFileRequested);
    m_matchButton->setMenu(menu);
    setMatch({});
    updateButtons();
}

void TextPanel::makeControls()
{
    m_prompt->setPlaceholderText(tr("Text to continue"));
    m_prompt->setMinimumWidth(scaled(120));
    m_sampling->addItem(tr("Greedy"), Greedy);
    m_sampling->addItem(tr("Sampled"), Sampled);
    m_temperature->setRange(0.05, 5);
    m_temperature->setSingleStep(0.1);
    m_temperature->setValue(0.8);
    m_temperature->setPrefix(tr("T "));
    m_seed->setRange(0, 1'000'000);
    m_seed->setValue(1);
    m_seed->setPrefix(tr("seed "));
    m_count->setRange(1, mostCount);
    m_count->setValue(usualCount);
    m_count->setSuffix(tr(" tokens"));
    auto* choices = new QHBoxLayout;
    choices->setSpacing(scaled(8));
    for (QWidget* widget :
        std::initializer_list<QWidget*>{ m_count, m_sampling, m_temperature, m_seed })
        choices->addWidget(widget);
    m_controlRow->setContentsMargins(0, 0, 0, 0);
    m_controlRow->setSpacing(scaled(8));
    m_controlRow->addWidget(m_prompt, 1);
    m_controlRow->addLayout(choices);
    m_controlRow->addWidget(m_write, 0, Qt::AlignLeft);
    m_temperature->hide();
    m_seed->hide();
}

void TextPanel::explainControls()
{
    m_prompt->setAccessibleName(tr("Text to continue"));
    m_sampling->setAccessibleName(tr("How tokens are chosen"));
    m_temperature->setAccessibleName(tr("Temperature"));
    m_seed->setAccessibleName(tr("Seed of the noise"));
    m_count->setAccessibleName(tr("Tokens at most"));
    m_sampling->setToolTip(
        tr("Greedy: always the likeliest token. Sampled: drawn from the probabilities, by all "
           "with the same noise, so that only the models differ."));
    m_temperature->setToolTip(tr("Temperature: below 1 likely tokens come more often."));
}

void TextPanel::connectControls()
{
    connect(m_prompt, &QLineEdit::textEdited, this, [this] {
        m_isOwnPrompt = true;
        updateButtons();
        emit choiceChanged();
    });
    connect(m_temperature, &QDoubleSpinBox::valueChanged, this, &TextPanel::choiceChanged);
    for (const QSpinBox* number : { m_seed, m_count })
        connect(number, &QSpinBox::valueChanged, this, &TextPanel::choiceChanged);
    connect(m_prompt, &QLineEdit::returnPressed, m_write, &QPushButton::click);
    connect(m_sampling, &QComboBox::currentIndexChanged, this, [this](int index) {
        m_temperature->setVisible(index == Sampled);
        m_seed->setVisible(index == Sampled);
        emit choiceChanged();
    });
    connect(m_write, &QPushButton::clicked, this, [this] {
        if (m_running)
            emit stopRequested();
        else
            emit writeRequested();
    });
}

void TextPanel::setNarrow(bool narrow)
{
    const auto direction = narrow ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight;
    m_controlRow->setDirection(direction);
    m_columnRow->setDirection(direction);
}

void TextPanel::proposePrompt(const QString& prompt)
{
    if (m_isOwnPrompt && !m_prompt->text().isEmpty())
        return;
    m_isOwnPrompt = false;
    m_prompt->setText(prompt);
    m_prompt->setCursorPosition(0);
    updateButtons();
}

TextChoice TextPanel::choice() const
{
    const bool draws = m_sampling->currentIndex() == Sampled;
    return { m_prompt->text(), m_isOwnPrompt, draws ? m_temperature->value() : 0, m_seed->value(),
        m_count->value() };
}

void TextPanel::setChoice(const TextChoice& choice)
{
    const QSignalBlocker quiet(this);
    m_isOwnPrompt = choice.isOwn;
    m_prompt->setText(choice.isOwn ? choice.prompt : QString());
    m_sampling->setCurrentIndex(choice.temperature > 0 ? Sampled : Greedy);
    if (choice.temperature > 0)
        m_temperature->setValue(choice.temperature);
    m_seed->setValue(choice.seed);
    m_count->setValue(choice.count);
    updateButtons();
}

void TextPanel::setColumns(const std::array<TextColumn, 3>& columns)
{
    for (std::size_t i = 0; i < columns.size(); ++i)
        m_columns[i]->setColumn(columns[i]);
}

void TextPanel::setRunning(bool running)
{
    m_running = running;
    updateButtons();
}

void TextPanel::setWhyNot(const QString& whyNot)
{
    m_whyNot = whyNot;
    updateButtons();
    updateFoot();
}

void TextPanel::setMatch(const QString& text)
{
    m_matchText = text;
    updateFoot();
}

void TextPanel::updateFoot()
{
    const QString about
        = tr("Match rate: how often A and B write the original's token, over many prompts.");
    m_match->setText(!m_whyNot.isEmpty() ? m_whyNot : !m_matchText.isEmpty() ? m_matchText : about);
}

void TextPanel::updateButtons()
{
    const QString noPrompt = m_prompt->text().isEmpty() ? tr("A prompt is needed.") : QString();
    const QString whyNot = m_whyNot.isEmpty() ? noPrompt : m_whyNot;
    m_write->setText(m_running ? tr("Stop") : tr("Generate"));
    m_write->setIcon(icon(m_running ? QStringLiteral("stop") : QStringLiteral("play")));
    m_write->setEnabled(m_running || whyNot.isEmpty());
    m_write->setToolTip(m_running ? QString() : whyNot);
    m_matchButton->setEnabled(!m_running && m_whyNot.isEmpty());
    m_matchButton->setToolTip(m_running ? tr("Text is being written.") : m_whyNot);
}

} // namespace widgets
