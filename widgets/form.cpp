// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/form.h"

#include "widgets/label.h"
#include "widgets/theme.h"

#include <QtWidgets/QCheckBox>
#include <QtWidgets/QDialog>

namespace widgets {

Form::Form(QWidget* parent)
    : QFormLayout(parent)
{
    setContentsMargins(0, 0, 0, 0);
    setHorizontalSpacing(scaled(16));
    setVerticalSpacing(scaled(8));
    setFieldGrowthPolicy(AllNonFixedFieldsGrow);
    setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
}

Form::Form(QDialog* dialog)
    : Form(static_cast<QWidget*>(dialog))
{
    setContentsMargins(scaled(16), scaled(16), scaled(16), scaled(16));
    setVerticalSpacing(scaled(12));
}

void Form::addField(const QString& label, QWidget* field, const QString& explanation)
{
    auto* text = new Label(TextRole::Secondary, label);
    text->setToolTip(explanation);
    field->setToolTip(explanation);
    field->setAccessibleName(label);
    field->setAccessibleDescription(explanation);
    addRow(text, field);
}

QCheckBox* Form::addSwitch(const QString& text, const QString& explanation)
{
    auto* box = new QCheckBox(text);
    box->setToolTip(explanation);
    box->setAccessibleDescription(explanation);
    addRow(box);
    return box;
}

} // namespace widgets
