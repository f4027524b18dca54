// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/messagebar.h"

#include "widgets/buttons.h"
#include "widgets/card.h"
#include "widgets/iconlabel.h"
#include "widgets/label.h"
#include "widgets/theme.h"

#include <QtCore/QEvent>
#include <QtGui/QClipboard>
#include <QtGui/QGuiApplication>
#include <QtWidgets/QGridLayout>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QToolButton>

namespace widgets {

MessageBar::MessageBar(QWidget* parent)
    : QFrame(parent)
    , m_icon(new IconLabel)
    , m_text(new Label(TextRole::Strong))
    , m_kept(new Label(TextRole::Body))
    , m_buttonRow(new QWidget)
    , m_buttons(new QHBoxLayout(m_buttonRow))
    , m_copy(makeToolButton(QStringLiteral("copy"), tr("Copy details"), this))
    , m_dismiss(makeToolButton(QStringLiteral("cancel"), tr("Dismiss"), this))
{
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(scaled(12), scaled(10), scaled(8), scaled(10));
    grid->setHorizontalSpacing(scaled(8));
    grid->setVerticalSpacing(scaled(4));
    m_text->setWordWrap(true);
    m_kept->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_buttons->setContentsMargins(0, scaled(4), 0, 0);
    m_buttons->setSpacing(scaled(8));
    m_buttons->addStretch(1);
    grid->addWidget(m_icon, 0, 0, Qt::AlignVCenter);
    grid->addWidget(m_text, 0, 1);
    grid->addWidget(m_copy, 0, 2);
    grid->addWidget(m_dismiss, 0, 3);
    grid->addWidget(m_kept, 1, 1, 1, 3);
    grid->addWidget(m_buttonRow, 2, 1, 1, 3);
    grid->setColumnStretch(1, 1);
    connect(m_copy, &QToolButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText((m_text->text() + u'\n' + m_kept->text()).trimmed());
    });
    connect(m_dismiss, &QToolButton::clicked, this, [this] {
        clear();
        emit dismissed();
    });
    hide();
}

void MessageBar::setMessage(Kind kind, const QString& text, const QString& kept)
{
    clear();
    m_kind = kind;
    m_text->setText(text);
    m_kept->setText(kept);
    m_kept->setVisible(!kept.isEmpty());
    setAccessibleName(text);
    setAccessibleDescription(kept);
    applyColours();
    show();
}

QPushButton* MessageBar::addButton(const QString& text, const QString& iconName)
{
    const bool first = m_buttons->count() == 1;
    QPushButton* button = first ? makePrimaryButton(text, iconName) : makeButton(text, iconName);
    m_buttons->insertWidget(m_buttons->count() - 1, button);
    m_buttonRow->show();
    return button;
}

void MessageBar::clear()
{
    for (QPushButton* button : m_buttonRow->findChildren<QPushButton*>()) {
        m_buttons->removeWidget(button);
        button->hide();
        button->deleteLater(); // clear() may be called by its click
    }
    m_buttonRow->hide();
    m_text->clear();
    m_kept->clear();
    hide();
}

QString MessageBar::text() const { return m_text->text(); }

void MessageBar::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::ApplicationPaletteChange)
        applyColours();
}

void MessageBar::applyColours()
{
    const QPalette outer = QGuiApplication::palette();
    const Tokens tokens = tokensOf(outer);
    struct {
        QColor back, line;
        const char* icon;
        Ink ink;
    } const looks[] = { { tokens.okBack, tokens.okLine, "check", Ink::Ok },
        { tokens.warnBack, tokens.warnLine, "warning", Ink::Warn },
        { tokens.errBack, tokens.errLine, "error", Ink::Err } };
    const auto& look = looks[int(m_kind)];
    QPalette own;
    own.setColor(QPalette::Window, look.back);
    own.setColor(QPalette::Mid, look.line);
    setPalette(own);
    QPalette buttons = outer; // the tint is the bar's, not its buttons'
    m_buttonRow->setPalette(buttons);
    m_icon->setIcon(QString::fromLatin1(look.icon), look.ink);
}

} // namespace widgets
