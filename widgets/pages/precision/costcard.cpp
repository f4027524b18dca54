// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/precision/costcard.h"

#include "core/formats/study.h"
#include "widgets/buttons.h"
#include "widgets/label.h"
#include "widgets/models/formatmenu.h"
#include "widgets/models/tensorcells.h"
#include "widgets/theme.h"

#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QToolButton>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

namespace widgets {

CostCard::CostCard(QWidget* parent)
    : Card(tr("What a change costs"), parent)
    , m_table(new CostTable)
    , m_study(addToolButton(QStringLiteral("more"), tr("Formats for study")))
    , m_partial(new Label(TextRole::Caption))
    , m_note(new Label(TextRole::Caption))
    , m_empty(new Label(TextRole::Secondary, tr("Select a tensor in the table.")))
    , m_assign(makePrimaryButton(tr("Assign"), QStringLiteral("check")))
    , m_measure(makeButton(tr("Measure alone")))
    , m_foot(new QWidget)
{
    setContentFlush();
    for (Label* line : { m_partial, m_note })
        line->setWordWrap(true);
    m_partial->setContentsMargins(scaled(11), 0, scaled(11), 0);
    m_empty->setContentsMargins(scaled(11), 0, scaled(11), scaled(11));
    auto* foot = new QHBoxLayout(m_foot);
    foot->setContentsMargins(scaled(11), 0, scaled(11), scaled(11));
    foot->addWidget(m_note, 1);
    foot->addWidget(m_measure);
    foot->addWidget(m_assign);
    content()->addWidget(m_table, 1);
    content()->addWidget(m_partial);
    content()->addWidget(m_empty);
    content()->addWidget(m_foot);
    content()->addStretch(0);
    connect(m_table, &CostTable::lookRequested, this, [this](const core::Format* format) {
        refresh();
        emit lookRequested(format);
    });
    connect(m_table, &CostTable::assignRequested, this, &CostCard::assign);
    connect(m_study, &QToolButton::clicked, this, [this] {
        openFormatMenu(
            m_study, {}, [this](const core::Format* format) { emit lookRequested(format); });
    });
    connect(m_assign, &QPushButton::clicked, this, [this] {
        if (const FormatChoice* choice = m_table->current())
            assign(choice->format);
    });
    connect(m_measure, &QPushButton::clicked, this, [this] {
        if (const FormatChoice* choice = m_table->current())
            emit measureRequested(choice->format);
    });
    setSelection({}, {}, nullptr, nullptr);
}

void CostCard::setSelection(const QString& name, const std::vector<FormatChoice>& choices,
    const core::Format* assigned, const core::Format* looked)
{
    const bool any = !name.isEmpty() && !choices.empty();
    setTitle(any ? tr("%1: what a change costs", "a tensor's name").arg(name)
                 : tr("What a change costs"));
    m_assigned = assigned;
    m_table->setChoices(choices, assigned, looked);
    m_table->setVisible(any);
    m_study->setVisible(any);
    m_foot->setVisible(any);
    showMeasured(choices);
    m_empty->setVisible(!any);
    setSizePolicy(QSizePolicy::Preferred, any ? QSizePolicy::Preferred : QSizePolicy::Maximum);
    m_empty->setText(name.isEmpty() ? tr("Select a tensor in the table.")
                                    : tr("Norms and other vectors stay F32."));
    refresh();
}

void CostCard::setLocked(bool locked)
{
    m_locked = locked;
    refresh();
}

void CostCard::setWhyNotMeasure(const QString& reason)
{
    m_whyNotMeasure = reason;
    refresh();
}

void CostCard::refresh()
{
    const FormatChoice* choice = m_table->current();
    const bool other = choice && !core::isSameFormat(choice->format, m_assigned);
    m_assign->setText(other ? tr("Assign %1").arg(formatName(choice->format)) : tr("Assign"));
    m_assign->setEnabled(other && !m_locked);
    m_measure->setEnabled(choice && m_whyNotMeasure.isEmpty());
    m_measure->setToolTip(!choice ? tr("Choose a row: the selected tensors have several formats.")
            : m_whyNotMeasure.isEmpty() ? tr("Rounds each selected tensor alone to %1 and measures "
                                             "on the evaluation text what that loses.")
                                              .arg(formatName(choice->format))
                                        : m_whyNotMeasure);
    m_note->setText(m_locked            ? tr("locked while it runs")
            : choice && !choice->fits() ? fallbackText(*choice)
            : !choice                   ? tr("formats are mixed")
            : other                     ? QString()
                                        : tr("choose a row to look at it"));
    m_assign->setToolTip(m_locked ? tr("Locked while a job runs.")
            : !choice             ? tr("Choose a row: the selected tensors have several formats.")
            : !other              ? tr("The recipe has this format already.")
                                  : QString());
}

void CostCard::showMeasured(const std::vector<FormatChoice>& choices)
{
    const auto least = std::min_element(choices.begin(), choices.end(),
        [](const auto& a, const auto& b) { return a.measured < b.measured; });
    const bool partial = least != choices.end() && least->isPartial();
    m_partial->setVisible(partial && least->tensors > 1);
    if (partial)
        m_partial->setText((least->errorOf == ErrorOf::Output
                ? tr("Output error: %1 of %n tensors in every format", nullptr, least->tensors)
                : tr("Weight error: %1 of %n tensors in every format", nullptr, least->tensors))
                               .arg(least->measured));
}

void CostCard::assign(const core::Format* format)
{
    if (!m_locked && !core::isSameFormat(format, m_assigned))
        emit assignRequested(format);
}

} // namespace widgets
