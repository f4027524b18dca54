// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checklist.h"

#include "widgets/iconlabel.h"
#include "widgets/label.h"
#include "widgets/theme.h"

#include <QtCore/QEvent>
#include <QtWidgets/QGridLayout>

namespace widgets {
namespace {

    /// The sign of a check, named for screen readers.
    IconLabel* makeSign(Check::Kind kind)
    {
        static constexpr struct {
            const char* icon;
            Ink ink;
        } signs[] = { { "check", Ink::Ok }, { "warning", Ink::Warn }, { "error", Ink::Err } };
        const auto& sign = signs[int(kind)];
        auto* label = new IconLabel;
        label->setIcon(QString::fromLatin1(sign.icon), sign.ink);
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

void CheckList::setRowHeight(int pixels)
{
    m_rowHeight = pixels;
    rebuild();
}

void CheckList::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::ApplicationFontChange)
        rebuild();
}

void CheckList::rebuild()
{
    delete layout();
    qDeleteAll(findChildren<QWidget*>(Qt::FindDirectChildrenOnly));
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(scaled(8));
    grid->setVerticalSpacing(m_rowHeight < 22 ? 0 : scaled(2));
    for (int row = 0; row < int(m_checks.size()); ++row) {
        const Check& check = m_checks[std::size_t(row)];
        auto* text = new Label(TextRole::Body, check.text);
        text->setWordWrap(true);
        grid->addWidget(makeSign(check.kind), row, 0);
        grid->addWidget(text, row, 1);
        grid->addWidget(new Label(TextRole::Secondary, check.detail), row, 2, Qt::AlignRight);
        grid->setRowMinimumHeight(row, scaled(m_rowHeight));
    }
    grid->setColumnStretch(1, 1);
}

} // namespace widgets
