// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/start/droparea.h"

#include "widgets/buttons.h"
#include "widgets/iconlabel.h"
#include "widgets/label.h"
#include "widgets/theme.h"

#include <QtGui/QPainter>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

namespace widgets {

DropArea::DropArea(QWidget* parent)
    : QWidget(parent)
{
    auto* folder = makePrimaryButton(tr("Open folder..."), QStringLiteral("folder"));
    auto* file = makeButton(tr("Open file..."), QStringLiteral("file"));
    connect(folder, &QPushButton::clicked, this, &DropArea::openFolderRequested);
    connect(file, &QPushButton::clicked, this, &DropArea::openFileRequested);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(folder);
    buttons->addWidget(file);
    buttons->addStretch(1);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(scaled(10));
    layout->addStretch(1);
    auto* picture = new IconLabel(32);
    picture->setIcon(QStringLiteral("open"), Ink::Text2);
    layout->addWidget(picture, 0, Qt::AlignHCenter);
    layout->addWidget(
        new Label(TextRole::Value, tr("Drop a model folder or file here")), 0, Qt::AlignHCenter);
    layout->addLayout(buttons);
    auto* hint = new Label(TextRole::Caption,
        tr("safetensors folders, GGUF files  ·  models larger than memory are fine"));
    hint->setWordWrap(true);
    hint->setAlignment(Qt::AlignCenter);
    layout->addWidget(hint);
    layout->addStretch(1);
    setFixedHeight(scaled(212));
}

void DropArea::setActive(bool active)
{
    m_active = active;
    update();
}

void DropArea::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const Tokens tokens = tokensOf(palette());
    painter.setBrush(m_active ? tokens.selection : tokens.base);
    QPen pen(m_active ? tokens.accent : tokens.buttonLine, 2, Qt::CustomDashLine);
    pen.setDashPattern({ 3, 2 });
    painter.setPen(pen);
    painter.drawRect(rect().adjusted(1, 1, -1, -1));
}

} // namespace widgets
