// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/export/existingchoice.h"

#include "widgets/buttons.h"
#include "widgets/flowlayout.h"
#include "widgets/label.h"
#include "widgets/theme.h"

#include <QtCore/QEvent>
#include <QtCore/QSignalBlocker>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

namespace widgets {

namespace {

    constexpr int mostName = 300; ///< pixels: what a narrow window has beside the labels

} // namespace

ExistingChoice::ExistingChoice(QWidget* parent)
    : QWidget(parent)
    , m_text(new Label(TextRole::Caption))
    , m_replace(new QCheckBox(tr("Replace it")))
    , m_free(makeButton({}))
{
    auto* row = new FlowLayout;
    row->setSpacing(scaled(8));
    row->addWidget(m_replace);
    row->addWidget(m_free);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins({});
    all->setSpacing(scaled(4));
    m_text->setWordWrap(true);
    all->addWidget(m_text);
    all->addLayout(row);
    hide();
    connect(m_replace, &QCheckBox::toggled, this, &ExistingChoice::replacingChanged);
    connect(m_free, &QPushButton::clicked, this, [this] { emit freeNameChosen(m_file.freeName); });
}

void ExistingChoice::setFile(const ExistingFile& file)
{
    if (file == m_file)
        return;
    m_file = file;
    const bool isRead = file.kind == ExistingFile::Kind::Read;
    m_text->setText(isRead ? tr("This file is read and never replaced. A free name:")
                           : tr("A file of this name exists. Replace it, or take a free name:"));
    m_replace->setVisible(!isRead);
    showName();
    setVisible(file.kind != ExistingFile::Kind::None);
    if (file.kind != ExistingFile::Kind::Other)
        forget();
}

bool ExistingChoice::isReplacing() const
{
    return m_file.kind == ExistingFile::Kind::Other && m_replace->isChecked();
}

void ExistingChoice::forget()
{
    const QSignalBlocker blocker(m_replace);
    m_replace->setChecked(false);
}

void ExistingChoice::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::FontChange)
        showName();
    QWidget::changeEvent(event);
}

void ExistingChoice::showName()
{
    m_free->setText(
        m_free->fontMetrics().elidedText(m_file.freeName, Qt::ElideMiddle, scaled(mostName)));
    m_free->setToolTip(tr("Write %1 instead").arg(m_file.freeName));
    m_free->setAccessibleName(m_free->toolTip());
}

} // namespace widgets
