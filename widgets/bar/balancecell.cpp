// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bar/balancecell.h"

#include "widgets/label.h"
#include "widgets/theme.h"
#include "widgets/themetokens.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>
#include <QVBoxLayout>

#include <algorithm>

namespace widgets {

namespace {

    constexpr int shareHeight = 3;

} // namespace

ShareBar::ShareBar(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ShareBar::setShare(double share)
{
    m_share = share;
    update();
}

QSize ShareBar::sizeHint() const { return { scaled(40), scaled(shareHeight) }; }

void ShareBar::paintEvent(QPaintEvent*)
{
    if (m_share < 0)
        return;
    const Tokens tokens = tokensOf(palette());
    QPainter painter(this);
    painter.fillRect(rect(), tokens.originalFill);
    painter.fillRect(
        QRect(0, 0, int(std::min(1.0, m_share) * width() + 0.5), height()), tokens.accent);
}

BalanceCell::BalanceCell(const QString& caption, int width, QWidget* parent)
    : QWidget(parent)
    , m_width(width)
    , m_captionRow(new QHBoxLayout)
    , m_caption(new Label(TextRole::Caption, caption))
    , m_original(new Label(TextRole::Value))
    , m_arrow(new Label(TextRole::Value, QStringLiteral("→")))
    , m_value(new Label(TextRole::StrongValue))
    , m_share(new ShareBar)
    , m_change(new Label(TextRole::Caption))
    , m_looked(new Label(TextRole::Caption))
{
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(0);
    m_captionRow->addWidget(m_caption, 1);
    for (Label* label : { m_caption, m_change, m_looked })
        label->setElided();
    m_captionRow->setSpacing(scaled(4));
    layout->addLayout(m_captionRow);
    auto* values = new QHBoxLayout;
    values->setSpacing(scaled(4));
    for (Label* label : { m_original, m_arrow, m_value })
        values->addWidget(label);
    values->addStretch(1);
    layout->addLayout(values);
    layout->addWidget(m_share);
    layout->addWidget(m_change);
    layout->addWidget(m_looked);
    layout->addStretch(1);
    setText({});
    applySizes();
}

void BalanceCell::setCaption(const QString& caption)
{
    m_caption->setText(caption);
    applySizes();
}

void BalanceCell::addCaptionWidget(QWidget* widget) { m_captionRow->addWidget(widget); }

void BalanceCell::setText(const BalanceText& text)
{
    m_original->setText(text.original);
    m_original->setVisible(!text.original.isEmpty());
    m_arrow->setVisible(!text.original.isEmpty());
    m_value->setText(text.value.isEmpty() ? QStringLiteral("—") : text.value);
    m_share->setShare(text.share);
    m_change->setText(text.change);
    m_looked->setText(text.looked);
    m_change->setVisible(text.looked.isEmpty());
    m_looked->setVisible(!text.looked.isEmpty());
    setToolTip(text.toolTip);
    applySizes();
}

void BalanceCell::applySizes()
{
    layout()->setContentsMargins(scaled(16), scaled(7), scaled(12), scaled(2));
    // Wider only where the caption, which does not change with every edit, needs it.
    setFixedWidth(
        std::max(scaled(m_width), m_captionRow->sizeHint().width() + scaled(16) + scaled(12)));
    m_original->setForegroundRole(QPalette::PlaceholderText); // text2
    m_arrow->setForegroundRole(QPalette::PlaceholderText);
    m_looked->setForegroundRole(QPalette::Link); // the accent
}

void BalanceCell::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::ApplicationFontChange)
        applySizes();
}

void BalanceCell::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(QRect(width() - 1, 0, 1, height()), tokensOf(palette()).line);
}

} // namespace widgets
