// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/label.h"

#include "widgets/theme.h"

#include <QtCore/QEvent>
#include <QtGui/QPainter>

namespace widgets {
namespace {

    QFont fontOf(TextRole role)
    {
        switch (role) {
        case TextRole::Body:
        case TextRole::Secondary:
            return textFont(13);
        case TextRole::Caption:
            return textFont(12);
        case TextRole::Strong:
            return textFont(13, QFont::Bold);
        case TextRole::Heading:
            return textFont(16, QFont::Bold);
        case TextRole::Value:
            return textFont(15);
        case TextRole::StrongValue:
            return textFont(15, QFont::Bold);
        }
        return textFont(13);
    }

} // namespace

Label::Label(TextRole role, const QString& text, QWidget* parent)
    : QLabel(text, parent)
    , m_role(role)
{
    setTextFormat(Qt::PlainText);
    applyRole();
    applyColour();
}

void Label::setRole(TextRole role)
{
    m_role = role;
    applyRole();
    applyColour();
}

void Label::setElided()
{
    m_elided = true;
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    updateToolTip();
}

void Label::setWrapped()
{
    m_wrapped = true;
    setWordWrap(true);
}

QSize Label::sizeHint() const
{
    if (!m_wrapped) // QLabel likes a wrapped text to be about as high as wide
        return QLabel::sizeHint();
    const QMargins margins = contentsMargins();
    return { fontMetrics().horizontalAdvance(text()) + margins.left() + margins.right(),
        fontMetrics().height() + margins.top() + margins.bottom() };
}

QSize Label::minimumSizeHint() const
{
    const QSize size = QLabel::minimumSizeHint();
    return m_elided ? QSize(scaled(40), fontMetrics().height()) : size;
}

void Label::paintEvent(QPaintEvent* event)
{
    if (!m_elided)
        return QLabel::paintEvent(event);
    QPainter painter(this);
    const QString shown = fontMetrics().elidedText(text(), Qt::ElideRight, contentsRect().width());
    updateToolTip();
    painter.setPen(
        palette().color(isEnabled() ? QPalette::Active : QPalette::Disabled, foregroundRole()));
    painter.drawText(contentsRect(), int(alignment() | Qt::TextSingleLine), shown);
}

void Label::changeEvent(QEvent* event)
{
    QLabel::changeEvent(event);
    if (event->type() == QEvent::ApplicationFontChange)
        applyRole();
}

void Label::resizeEvent(QResizeEvent* event)
{
    QLabel::resizeEvent(event);
    updateToolTip();
}

void Label::applyRole()
{
    const QFont wanted = fontOf(m_role);
    if (font() != wanted)
        setFont(wanted);
}

void Label::applyColour()
{
    const bool second = m_role == TextRole::Secondary || m_role == TextRole::Caption;
    setForegroundRole(second ? QPalette::PlaceholderText : QPalette::WindowText);
}

void Label::updateToolTip()
{
    if (!m_elided)
        return;
    const bool fits = fontMetrics().horizontalAdvance(text()) <= contentsRect().width();
    const QString wanted = fits ? QString() : text();
    if (toolTip() != wanted)
        setToolTip(wanted);
}

} // namespace widgets
