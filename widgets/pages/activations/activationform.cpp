// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/activations/activationform.h"

#include "widgets/buttons.h"
#include "widgets/format.h"
#include "widgets/label.h"
#include "widgets/theme.h"

#include <QtWidgets/QGridLayout>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSpinBox>
#include <QtWidgets/QVBoxLayout>

namespace widgets {
namespace {
    constexpr int mostSequences = 100'000, mostTokens = 131'072;

    QSpinBox* makeNumber(int most, const QString& name)
    {
        auto* box = new QSpinBox;
        box->setRange(1, most);
        box->setGroupSeparatorShown(true);
        box->setAccessibleName(name);
        box->setMinimumWidth(scaled(110));
        return box;
    }
} // namespace

ActivationForm::ActivationForm(QWidget* parent)
    : QWidget(parent)
    , m_name(new Label(TextRole::Body))
    , m_notes(new Label(TextRole::Caption))
    , m_sequences(makeNumber(mostSequences, tr("Sequences")))
    , m_length(makeNumber(mostTokens, tr("Tokens in a sequence")))
{
    auto* choose = makeButton(tr("Choose..."), QStringLiteral("text"));
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(scaled(16));
    grid->setVerticalSpacing(scaled(8));
    auto* text = new QHBoxLayout;
    text->addWidget(m_name);
    text->addSpacing(scaled(8));
    text->addWidget(choose);
    text->addStretch(1);
    grid->addWidget(new Label(TextRole::Secondary, tr("Calibration text")), 0, 0);
    grid->addLayout(text, 0, 1);
    m_notes->setWordWrap(true);
    grid->addWidget(m_notes, 1, 1);
    grid->addWidget(new Label(TextRole::Secondary, tr("Sequences")), 2, 0);
    grid->addWidget(m_sequences, 2, 1, Qt::AlignLeft);
    grid->addWidget(new Label(TextRole::Secondary, tr("Tokens in a sequence")), 3, 0);
    grid->addWidget(m_length, 3, 1, Qt::AlignLeft);
    grid->setColumnStretch(1, 1);
    setSettings({});
    setTextNotes({});
    connect(choose, &QPushButton::clicked, this, &ActivationForm::chooseTextRequested);
    connect(m_sequences, &QSpinBox::valueChanged, this, &ActivationForm::changed);
    connect(m_length, &QSpinBox::valueChanged, this, &ActivationForm::changed);
}

void ActivationForm::setSettings(const ActivationSettings& settings)
{
    const QSignalBlocker quiet(this);
    m_text = settings.text;
    m_name->setText(settings.textName.isEmpty() ? tr("none chosen") : settings.textName);
    m_name->setToolTip(settings.text);
    m_sequences->setValue(settings.sequences);
    m_length->setValue(settings.length);
}

void ActivationForm::setTextNotes(const QString& notes)
{
    m_notes->setText(notes);
    m_notes->setVisible(!notes.isEmpty());
}

ActivationSettings ActivationForm::settings() const
{
    return { m_text, m_text.isEmpty() ? QString() : m_name->text(), m_sequences->value(),
        m_length->value() };
}

ActivationSetup::ActivationSetup(QWidget* parent)
    : Card(tr("Measure activations"), parent)
    , m_form(new ActivationForm)
    , m_estimate(new Label(TextRole::Secondary))
    , m_button(makePrimaryButton(tr("Measure activations"), QStringLiteral("play")))
{
    auto* what = new Label(TextRole::Body,
        tr("A calibration text runs through the model once, one layer at a time. It shows which "
           "channels are large, and tells the calibrated methods which weights matter. The result "
           "is kept, so that it is measured once."));
    what->setWordWrap(true);
    m_estimate->setWordWrap(true);
    content()->setSpacing(scaled(12));
    content()->addWidget(what);
    content()->addWidget(m_form);
    content()->addWidget(m_button, 0, Qt::AlignLeft);
    content()->addWidget(m_estimate); // as wide as the card: it may be a long reason
    setEstimate(-1);
}

void ActivationSetup::setEstimate(double seconds)
{
    m_seconds = seconds;
    setWhyNot(m_whyNot);
}

void ActivationSetup::setWhyNot(const QString& reason)
{
    m_whyNot = reason;
    m_button->setEnabled(reason.isEmpty() && !m_running && !m_form->settings().text.isEmpty());
    m_button->setToolTip(reason);
    m_estimate->setText(!reason.isEmpty() ? reason
            : m_seconds < 0               ? QString()
                                          : tr("about %1").arg(durationText(m_seconds)));
}

void ActivationSetup::setRunning(bool running)
{
    m_running = running;
    m_form->setEnabled(!running);
    setWhyNot(m_whyNot);
    m_button->setText(running ? tr("Measuring…") : tr("Measure activations"));
}

} // namespace widgets
