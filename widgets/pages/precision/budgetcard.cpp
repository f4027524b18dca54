// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/precision/budgetcard.h"

#include "widgets/buttons.h"
#include "widgets/flowlayout.h"
#include "widgets/format.h"
#include "widgets/label.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"

#include <QtCore/QSignalBlocker>
#include <QtWidgets/QDoubleSpinBox>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

namespace widgets {

namespace {

    constexpr double mostLoss = 10; ///< nats a token: what a vocabulary is guessed with

    QString predictText(const BudgetLosses& losses)
    {
        using Missing = BudgetLosses::Missing;
        return losses.isRunning                   ? BudgetCard::tr("Predicting…")
            : losses.missing == Missing::Rest     ? BudgetCard::tr("Continue predicting")
            : losses.missing == Missing::ThisText ? BudgetCard::tr("Predict again")
                                                  : BudgetCard::tr("Predict losses");
    }

} // namespace

BudgetCard::BudgetCard(QWidget* parent)
    : Card(tr("Budget"), parent)
    , m_kind(new Segmented)
    , m_value(new QDoubleSpinBox)
    , m_landing(new Label(TextRole::Secondary))
    , m_assign(makePrimaryButton(tr("Assign best mix"), QStringLiteral("check")))
    , m_predict(makeButton(tr("Predict losses")))
    , m_guess(makeButton(tr("Predict roughly")))
    , m_slider(new BudgetSlider)
    , m_row(makeRow())
{
    m_kind->setSegments({ tr("File size"), tr("Bits per weight"), tr("Fits a device"),
        tr("Loss", "what a budget limits") });
    m_value->setDecimals(2);
    m_value->setKeyboardTracking(false);
    m_value->setAccessibleName(tr("Budget"));
    addTool(m_guess);
    addTool(m_predict);
    addTool(m_assign);
    content()->setSpacing(scaled(4));
    content()->addWidget(m_row);
    content()->addWidget(m_slider);
    connectParts();
    setScale({});
    setLosses({});
}

QWidget* BudgetCard::makeRow()
{
    auto* row = new QWidget;
    auto* layout = new FlowLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(scaled(8));
    layout->addWidget(m_kind);
    layout->addWidget(m_value);
    m_landing->setWrapped();
    m_landing->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    layout->addWidget(m_landing);
    return row;
}

void BudgetCard::connectParts()
{
    connect(m_slider, &BudgetSlider::moved, this, &BudgetCard::takeBytes);
    connect(m_slider, &BudgetSlider::released, this, [this] { emit settled(m_bytes); });
    connect(m_value, &QDoubleSpinBox::valueChanged, this, &BudgetCard::takeValue);
    connect(m_kind, &Segmented::chosen, this, [this](int kind) {
        if (kind == Device)
            fitDevice();
        showValue();
        showAbout();
    });
    connect(m_assign, &QPushButton::clicked, this, &BudgetCard::assignRequested);
    connect(m_predict, &QPushButton::clicked, this, &BudgetCard::predictRequested);
    connect(m_guess, &QPushButton::clicked, this, &BudgetCard::guessRequested);
}

void BudgetCard::takeBytes(double bytes)
{
    showTried(bytes);
    emit tried(bytes);
}

void BudgetCard::tryBytes(double bytes)
{
    if (!m_scale)
        return;
    takeBytes(std::clamp(bytes, m_scale->least, m_scale->most));
    emit settled(m_bytes);
}

void BudgetCard::takeValue()
{
    if (m_kind->current() == Loss)
        emit lossTried(m_value->value());
    else
        tryBytes(bytesOfValue());
}

void BudgetCard::fitDevice()
{
    if (m_scale && m_scale->device)
        tryBytes(*m_scale->device);
}

void BudgetCard::showTried(double bytes, const QString& assign)
{
    m_bytes = bytes;
    m_isTried = true;
    m_slider->setBytes(bytes);
    m_assign->setText(assign.isEmpty() ? tr("Assign best mix") : assign);
    showValue();
    updateButtons();
}

void BudgetCard::setLoss(double kld)
{
    m_loss = kld;
    showValue();
}

void BudgetCard::setScale(const std::optional<BudgetScale>& scale)
{
    const bool isOther = m_scale && scale && m_scale->device != scale->device;
    m_scale = scale;
    m_row->setVisible(bool(scale));
    m_slider->setVisible(bool(scale));
    if (scale) {
        m_unit = scale->most >= 1e9 ? 1e9 : 1e6;
        m_kind->setSegmentEnabled(Device, bool(scale->device));
        m_kind->setToolTip(scale->device
                ? tr("%1 has room for %2 of weights at context %3", "device, size, tokens")
                      .arg(scale->deviceName, sizeText(*scale->device), countText(scale->context))
                : QString());
        m_slider->setScale(scale->least, scale->most, scale->ticks);
        m_slider->setBytes(m_bytes);
        showValue();
    }
    updateButtons();
    if (isOther && m_kind->current() == Device && !m_locked)
        fitDevice();
}

void BudgetCard::setLosses(const BudgetLosses& losses)
{
    m_losses = losses;
    m_predict->setText(predictText(losses));
    m_predict->setToolTip(losses.whyNot.isEmpty()
            ? tr("What every tensor would lose in every format, predicted on the calibration text")
            : losses.whyNot);
    updateButtons();
}

void BudgetCard::setBytes(double bytes)
{
    m_bytes = bytes;
    m_isTried = false;
    m_assign->setText(tr("Assign best mix"));
    m_slider->setBytes(bytes);
    showValue();
    updateButtons();
}

void BudgetCard::setLanding(const QString& landing)
{
    m_landed = landing;
    showAbout();
}

/// What is known of the losses stands where a mix will land, or where no mix can be found.
void BudgetCard::showAbout()
{
    const bool isDevice = m_scale && m_scale->device && m_kind->current() == Device;
    setHint(isDevice ? tr("for %1 at context %2", "device, tokens")
                           .arg(m_scale->deviceName, countText(m_scale->context))
            : m_scale ? QString()
                      : m_losses.about);
    m_landing->setText(m_landed.isEmpty() ? m_losses.about : m_landed);
}

void BudgetCard::setLocked(bool locked)
{
    m_locked = locked;
    updateButtons();
}

double BudgetCard::bytesOfValue() const
{
    const double value = m_value->value();
    const double bytes = m_kind->current() == Bits ? value * m_scale->weights / 8 + m_scale->besides
                                                   : value * m_unit;
    return std::clamp(bytes, m_scale->least, m_scale->most);
}

void BudgetCard::showValue()
{
    if (!m_scale)
        return;
    const QSignalBlocker blocker(m_value);
    const bool asBits = m_kind->current() == Bits, asLoss = m_kind->current() == Loss;
    m_value->setDecimals(asLoss ? 5 : 2);
    if (asLoss) {
        m_value->setRange(0, mostLoss);
        m_value->setSingleStep(std::max(1e-4, m_loss / 10));
        m_value->setSuffix({});
        return m_value->setValue(m_loss);
    }
    const auto valueOf = [&](double bytes) {
        return asBits ? 8 * (bytes - m_scale->besides) / m_scale->weights : bytes / m_unit;
    };
    m_value->setRange(valueOf(m_scale->least), valueOf(m_scale->most));
    m_value->setSingleStep(asBits ? 0.1 : (m_scale->most - m_scale->least) / m_unit / 100);
    m_value->setSuffix(asBits ? QString()
            : m_unit == 1e9   ? tr(" GB", "unit behind a number")
                              : tr(" MB", "unit behind a number"));
    m_value->setValue(valueOf(m_bytes));
}

void BudgetCard::updateButtons()
{
    m_assign->setVisible(bool(m_scale));
    m_assign->setEnabled(m_isTried && !m_locked);
    m_predict->setVisible(m_losses.missing != BudgetLosses::Missing::Nothing || m_losses.isRunning);
    m_predict->setEnabled(m_losses.whyNot.isEmpty());
    m_guess->setVisible(!m_scale && !m_losses.isRunning && !m_losses.isGuessed);
    showAbout();
    for (QWidget* part : std::initializer_list<QWidget*>{ m_slider, m_value, m_kind })
        part->setEnabled(!m_locked);
}

} // namespace widgets
