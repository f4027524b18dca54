// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/buttons.h"

#include "widgets/icons.h"
#include "widgets/theme.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QEvent>
#include <QtGui/QPainter>
#include <QtWidgets/QDialog>
#include <QtWidgets/QDialogButtonBox>
#include <QtWidgets/QPushButton>

namespace widgets {
namespace {

    /// Text in the accent's colour; underlined under the mouse, with a thick line with the focus.
    class LinkButton : public QPushButton {
    public:
        LinkButton(const QString& text, QWidget* parent)
            : QPushButton(text, parent)
        {
            setFlat(true);
            setCursor(Qt::PointingHandCursor);
            setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
        }

        QSize sizeHint() const override
        {
            const QFontMetrics metrics(textFont(13));
            return { metrics.horizontalAdvance(text()) + scaled(4), scaled(24) };
        }

    protected:
        void paintEvent(QPaintEvent*) override
        {
            QPainter painter(this);
            const Tokens tokens = tokensOf(palette());
            QFont font = textFont(13);
            font.setUnderline(underMouse() && isEnabled());
            painter.setFont(font);
            painter.setPen(isEnabled() ? tokens.accent : tokens.disabled);
            painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter, text());
            if (hasFocus())
                painter.fillRect(0, height() - scaled(4),
                    painter.fontMetrics().horizontalAdvance(text()), scaled(2), tokens.accent);
        }
    };

} // namespace

QPushButton* makeButton(const QString& text, const QString& iconName, QWidget* parent)
{
    auto* button = new QPushButton(text, parent);
    if (!iconName.isEmpty())
        button->setIcon(icon(iconName));
    return button;
}

QPushButton* makePrimaryButton(const QString& text, const QString& iconName, QWidget* parent)
{
    auto* button = new QPushButton(text, parent);
    button->setProperty("primary", true);
    if (!iconName.isEmpty())
        button->setIcon(icon(iconName, Ink::OnAccent));
    QFont font; // only the weight is its own: the size stays the application's
    font.setBold(true);
    button->setFont(font);
    return button;
}

QPushButton* makeLinkButton(const QString& text, QWidget* parent)
{
    return new LinkButton(text, parent);
}

QDialogButtonBox* makeDialogButtons(QDialog* dialog)
{
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, dialog);
    // Qt's own words come in the language of its translations, which may not be installed.
    buttons->button(QDialogButtonBox::Ok)
        ->setText(QCoreApplication::translate("widgets::Dialog", "OK"));
    buttons->button(QDialogButtonBox::Cancel)
        ->setText(QCoreApplication::translate("widgets::Dialog", "Cancel"));
    for (QAbstractButton* button : buttons->buttons())
        button->setIcon({});
    QObject::connect(buttons, &QDialogButtonBox::accepted, dialog, &QDialog::accept);
    QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    return buttons;
}

} // namespace widgets
