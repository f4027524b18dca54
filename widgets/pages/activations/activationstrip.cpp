// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/activations/activationstrip.h"

#include "widgets/buttons.h"
#include "widgets/format.h"
#include "widgets/iconlabel.h"
#include "widgets/label.h"
#include "widgets/pages/activations/activationspage.h"
#include "widgets/theme.h"

#include <QtCore/QLocale>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

namespace widgets {
namespace {
    constexpr double thresholds[] = { 2, 3, 4, 6, 10, 20 }; // × the median channel
}

ActivationStrip::ActivationStrip(QWidget* parent)
    : Card({}, parent)
    , m_icon(new IconLabel)
    , m_text(new Label(TextRole::Strong))
    , m_amount(new Label(TextRole::Body))
    , m_note(new Label(TextRole::Secondary))
    , m_thresholdLabel(new Label(TextRole::Secondary, tr("Outlier above")))
    , m_threshold(new QComboBox)
    , m_again(makeButton(tr("Measure again..."), QStringLiteral("play")))
{
    setContentFlush();
    for (const double threshold : thresholds)
        m_threshold->addItem(tr("%1× median").arg(QLocale().toString(threshold)), threshold);
    m_threshold->setAccessibleName(tr("Outlier above"));
    m_threshold->setToolTip(tr("A channel is an outlier if its largest value exceeds\nthis many "
                               "times the median channel's."));
    auto* row = new QHBoxLayout;
    row->setContentsMargins(scaled(12), scaled(4), scaled(10), scaled(4));
    row->setSpacing(scaled(8));
    row->addWidget(m_icon);
    row->addWidget(m_text);
    row->addWidget(m_amount);
    row->addWidget(m_note);
    row->addStretch(1);
    row->addWidget(m_thresholdLabel);
    row->addWidget(m_threshold);
    row->addWidget(m_again);
    content()->addLayout(row);
    connect(m_threshold, &QComboBox::activated, this,
        [this] { emit thresholdChosen(m_threshold->currentData().toDouble()); });
    connect(m_again, &QPushButton::clicked, this, &ActivationStrip::measureAgainRequested);
}

void ActivationStrip::setMeasured(const MeasuredActivations& measured)
{
    m_text->setText(tr("Measured on %1").arg(measured.settings.textName));
    if (measured.stats)
        m_amount->setText(
            tr("·  %1 sequences × %2 tokens")
                .arg(countText(measured.stats->sequences), countText(measured.stats->length)));
    m_note->setText(measured.stale ? tr("measured with other settings")
            : measured.cached      ? tr("cached")
                                   : QString());
    m_icon->setIcon(measured.stale ? QStringLiteral("clock") : QStringLiteral("check"),
        measured.stale ? Ink::Text2 : Ink::Ok);
}

void ActivationStrip::setThreshold(double threshold)
{
    int index = m_threshold->findData(threshold);
    if (index < 0) {
        m_threshold->addItem(tr("%1× median").arg(QLocale().toString(threshold)), threshold);
        index = m_threshold->count() - 1;
    }
    m_threshold->setCurrentIndex(index);
}

void ActivationStrip::setWhyNot(const QString& reason)
{
    m_again->setEnabled(reason.isEmpty());
    m_again->setToolTip(reason);
}

void ActivationStrip::setRoom(Breakpoint breakpoint)
{
    m_again->setText(breakpoint == Breakpoint::Narrow ? tr("Again...") : tr("Measure again..."));
    fit();
}

void ActivationStrip::resizeEvent(QResizeEvent* event)
{
    Card::resizeEvent(event);
    fit();
}

void ActivationStrip::fit()
{
    int needed = scaled(32) + m_text->fontMetrics().horizontalAdvance(m_text->text());
    for (const QWidget* part : std::initializer_list<QWidget*>{
             m_icon, m_amount, m_note, m_thresholdLabel, m_threshold, m_again })
        needed += part->sizeHint().width() + scaled(8);
    for (QWidget* part : std::initializer_list<QWidget*>{ m_note, m_thresholdLabel, m_amount }) {
        const bool fits = needed <= width(); // the least important goes first
        part->setVisible(fits);
        needed -= fits ? 0 : part->sizeHint().width() + scaled(8);
    }
    m_text->setWordWrap(needed > width());
}

} // namespace widgets
