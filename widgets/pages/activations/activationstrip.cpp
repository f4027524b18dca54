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
    m_text->setElided();
    m_text->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
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

void ActivationStrip::setRunning(bool running)
{
    m_again->setEnabled(!running);
    m_again->setToolTip(running ? tr("locked while it runs") : QString());
}

void ActivationStrip::setRoom(Breakpoint breakpoint)
{
    const bool narrow = breakpoint == Breakpoint::Narrow;
    m_amount->setVisible(!narrow);
    m_note->setVisible(breakpoint == Breakpoint::Wide);
    m_thresholdLabel->setVisible(breakpoint == Breakpoint::Wide);
    m_again->setText(narrow ? tr("Again...") : tr("Measure again..."));
}

} // namespace widgets
