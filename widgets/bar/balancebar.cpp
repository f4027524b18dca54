// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bar/balancebar.h"

#include "widgets/bar/balancecell.h"
#include "widgets/buttons.h"
#include "widgets/card.h"
#include "widgets/format.h"
#include "widgets/label.h"
#include "widgets/theme.h"
#include "widgets/themetokens.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace widgets {

namespace {

    constexpr int fullHeight = 72;
    constexpr int lineHeight = 32;
    constexpr int bytesWidth = 178;
    constexpr int bitsWidth = 154;
    constexpr int tokensWidth = 262;
    constexpr int predictedWidth = 150;
    constexpr int measuredWidth = 300;
    constexpr int deviceButton = 17; ///< as high as the caption beside it

    double shareOf(const Balance& balance)
    {
        return balance.original > 0 ? balance.now / balance.original : -1;
    }

    QString changeOf(const Balance& balance)
    {
        return balance.original > 0 ? percentChangeText(shareOf(balance) - 1) : QString();
    }

} // namespace

BalanceBar::BalanceBar(QWidget* parent)
    : QWidget(parent)
    , m_bytes(new BalanceCell(tr("File size"), bytesWidth))
    , m_bits(new BalanceCell(tr("Bits per weight"), bitsWidth))
    , m_tokens(new BalanceCell(tr("Tokens/s bound"), tokensWidth))
    , m_predicted(new BalanceCell(tr("Predicted KLD"), predictedWidth))
    , m_device(makeToolButton(QStringLiteral("chevron-down"), tr("Choose the device"), m_tokens))
    , m_measure(makeLinkButton(tr("Measure now")))
    , m_job(new JobArea)
    , m_cells(new QWidget)
    , m_line(new Label(TextRole::Body))
{
    setAccessibleName(tr("Balance"));
    makeCells();
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 1, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_cells);
    layout->addWidget(m_line, 1);
    layout->addWidget(m_job, 1);
    m_line->hide();
    connect(m_measure, &QPushButton::clicked, this, &BalanceBar::measureRequested);
    setFigures({});
    setMeasured({});
    applySizes();
}

void BalanceBar::makeCells()
{
    m_devices = new QMenu(this);
    connect(m_device, &QToolButton::clicked, this,
        [this] { m_devices->exec(m_device->mapToGlobal(m_device->rect().topLeft())); });
    m_tokens->addCaptionWidget(m_device);
    auto* row = new QHBoxLayout(m_cells);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    for (QWidget* cell : { static_cast<QWidget*>(m_bytes), static_cast<QWidget*>(m_bits),
             static_cast<QWidget*>(m_tokens), static_cast<QWidget*>(m_predicted),
             makeMeasuredCell() })
        row->addWidget(cell);
}

QWidget* BalanceBar::makeMeasuredCell()
{
    m_measuredCell = new QWidget;
    m_measuredValue = new Label(TextRole::Value);
    m_measuredDetail = new Label(TextRole::Caption);
    auto* layout = new QVBoxLayout(m_measuredCell);
    layout->setSpacing(0);
    layout->addWidget(new Label(TextRole::Caption, tr("Measured")));
    layout->addWidget(m_measuredValue);
    layout->addWidget(m_measuredDetail);
    layout->addWidget(m_measure);
    layout->addStretch(1);
    return m_measuredCell;
}

void BalanceBar::setFigures(const std::optional<BalanceFigures>& figures)
{
    m_figures = figures;
    updateLine();
    if (!figures) {
        for (BalanceCell* cell : { m_bytes, m_bits, m_tokens, m_predicted })
            cell->setText({});
        return;
    }
    const auto looked = [](const Balance& balance, auto text) {
        return balance.looked
            ? tr("%1 if assigned", "a change").arg(text(*balance.looked - balance.now))
            : QString();
    };
    const Balance& bytes = figures->bytes;
    m_bytes->setText({ sizeText(bytes.original), sizeText(bytes.now), shareOf(bytes),
        changeOf(bytes), looked(bytes, [](double d) { return sizeChangeText(d); }),
        tr("The GGUF will have %1, the model has %2.")
            .arg(exactSizeText(std::uint64_t(bytes.now)),
                exactSizeText(std::uint64_t(bytes.original))) });
    const Balance& bits = figures->bitsPerWeight;
    m_bits->setText({ bitsText(bits.original), bitsText(bits.now), shareOf(bits), changeOf(bits),
        looked(bits, [](double d) { return signedText(d, 2); }),
        tr("Bits per weight: bits of all tensors over the number of weights.") });
    updatePredicted();
    if (!figures->tokensPerSecond) {
        m_tokens->setText({});
        return;
    }
    const Balance& tokens = *figures->tokensPerSecond;
    m_tokens->setText({ tokensPerSecondText(tokens.original), tokensPerSecondText(tokens.now), -1,
        tr("%1  at context %2").arg(ratioText(shareOf(tokens)), countText(figures->context)),
        looked(tokens, [](double d) { return signedText(d, 0); }),
        tr("Upper bound: the device's memory bandwidth over the bytes\none token reads, weights "
           "and cache.") });
}

void BalanceBar::updatePredicted()
{
    if (!m_figures->predicted)
        return m_predicted->setText({});
    const BalancePrediction& predicted = *m_figures->predicted;
    const QString looked = predicted.looked
        ? tr("%1 if assigned", "a change").arg(kldChangeText(*predicted.looked - predicted.kld))
        : QString();
    m_predicted->setText({ {}, kldText(predicted.kld), -1,
        predicted.isRough ? tr("rough") : predicted.method, looked,
        tr("%1 nats a token, the sum of what rounding each tensor is predicted to cause,\nby %2 "
           "rounding. GPTQ loses less.")
            .arg(measuredKldText(predicted.kld, predicted.error), predicted.method) });
}

void BalanceBar::setMeasured(const BalanceMeasured& measured)
{
    m_measured = measured;
    updateMeasured();
    updateLine();
}

void BalanceBar::updateMeasured()
{
    const auto& evaluation = m_measured.evaluation;
    const bool known = evaluation && evaluation->against;
    m_measure->setVisible(!known && m_figures && m_measured.canMeasure);
    m_measuredDetail->setVisible(known);
    m_measuredValue->setForegroundRole(
        known && !m_measured.stale ? QPalette::WindowText : QPalette::PlaceholderText);
    if (!known) {
        m_measuredValue->setText(m_figures ? tr("Not measured yet") : unknownText());
        return;
    }
    const core::Comparison& against = *evaluation->against;
    m_measuredValue->setText(tr("KLD %1   PPL %2")
                                 .arg(measuredKldText(against.kldMean, against.kldError),
                                     perplexityText(evaluation->perplexity)));
    m_measuredDetail->setText(m_measured.stale
            ? tr("measured with other settings")
            : tr("same top token %1  ·  PPL %2 ± %3")
                  .arg(percentText(against.sameTop1), signedText(against.perplexityDifference, 2),
                      numberText(against.perplexityDifferenceError, 2)));
}

void BalanceBar::updateLine()
{
    if (!m_figures) {
        m_line->setText({});
        return;
    }
    QStringList parts{
        tr("Size %1 (%2)").arg(sizeText(m_figures->bytes.now), changeOf(m_figures->bytes)),
        tr("%1 bpw").arg(bitsText(m_figures->bitsPerWeight.now))
    };
    if (m_figures->tokensPerSecond)
        parts += tr("≤ %1 tok/s").arg(tokensPerSecondText(m_figures->tokensPerSecond->now));
    if (m_measured.evaluation && m_measured.evaluation->against && !m_measured.stale)
        parts += tr("KLD %1").arg(kldText(m_measured.evaluation->against->kldMean));
    else if (m_figures->predicted)
        parts += predictedLossText(m_figures->predicted->kld, m_figures->predicted->isRough);
    m_line->setText(parts.join(QStringLiteral("    ")));
}

void BalanceBar::setDevices(const QStringList& names, int chosen)
{
    m_devices->clear();
    for (int index = 0; index < names.size(); ++index) {
        QAction* action = m_devices->addAction(names[index]);
        action->setCheckable(true);
        action->setChecked(index == chosen);
        connect(action, &QAction::triggered, this, [this, index] { emit deviceChosen(index); });
    }
    m_device->setVisible(!names.isEmpty());
    // Its name without "(8 GB)", which the menu has.
    m_tokens->setCaption(chosen >= 0 && chosen < names.size()
            ? tr("Tokens/s bound, %1").arg(names[chosen].section(QStringLiteral(" ("), 0, 0))
            : tr("Tokens/s bound"));
}

void BalanceBar::setCompact(bool compact)
{
    m_compact = compact;
    m_cells->setVisible(!compact);
    m_line->setVisible(compact);
    m_job->setCompact(compact);
    applySizes();
}

void BalanceBar::applySizes()
{
    setFixedHeight(scaled(m_compact ? lineHeight : fullHeight) + 1);
    m_measuredCell->setFixedWidth(scaled(measuredWidth));
    m_measuredCell->layout()->setContentsMargins(scaled(16), scaled(7), scaled(12), scaled(2));
    m_line->setContentsMargins(scaled(16), 0, 0, 0);
    m_device->setFixedSize(scaled(deviceButton), scaled(deviceButton));
}

void BalanceBar::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::ApplicationFontChange)
        applySizes();
}

void BalanceBar::paintEvent(QPaintEvent*)
{
    const Tokens tokens = tokensOf(palette());
    QPainter painter(this);
    painter.fillRect(rect(), tokens.base);
    painter.fillRect(QRect(0, 0, width(), 1), tokens.line);
    if (!m_compact) // the right edge of the last cell
        painter.fillRect(QRect(m_measuredCell->geometry().right(), 0, 1, height()), tokens.line);
}

} // namespace widgets
