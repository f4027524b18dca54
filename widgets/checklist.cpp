// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checklist.h"

#include "widgets/icons.h"
#include "widgets/label.h"
#include "widgets/theme.h"

#include <QtCore/QEvent>
#include <QtWidgets/QGridLayout>

namespace widgets {
namespace {

    /// The sign of a check, named for screen readers.
    QLabel* makeSign(Check::Kind kind)
    {
        static constexpr struct {
            const char* icon;
            Ink ink;
        } signs[] = { { "check", Ink::Ok }, { "warning", Ink::Warn }, { "error", Ink::Err } };
        const auto& sign = signs[int(kind)];
        auto* label = new QLabel;
        const QSize size(scaled(16), scaled(16));
        label->setPixmap(icon(QString::fromLatin1(sign.icon), sign.ink)
                             .pixmap(size, label->devicePixelRatioF()));
        const QString names[]
            = { CheckList::tr("Fine"), CheckList::tr("Warning"), CheckList::tr("Failure") };
        label->setAccessibleName(names[int(kind)]);
        return label;
    }

} // namespace

CheckList::CheckList(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Minimum);
}

void CheckList::setChecks(const std::vector<Check>& checks)
{
    if (checks == m_checks)
        return;
    m_checks = checks;
    rebuild();
}

void CheckList::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::ApplicationFontChange)
        rebuild();
}

void CheckList::rebuild()
{
    delete layout();
    qDeleteAll(findChildren<QWidget*>(Qt::FindDirectChildrenOnly));
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(scaled(8));
    grid->setVerticalSpacing(scaled(2));
    for (int row = 0; row < int(m_checks.size()); ++row) {
        const Check& check = m_checks[std::size_t(row)];
        auto* text = new Label(TextRole::Body, check.text);
        text->setElided();
        grid->addWidget(makeSign(check.kind), row, 0);
        grid->addWidget(text, row, 1);
        grid->addWidget(new Label(TextRole::Secondary, check.detail), row, 2, Qt::AlignRight);
        grid->setRowMinimumHeight(row, scaled(24));
    }
    grid->setColumnStretch(1, 1);
}

} // namespace widgets
