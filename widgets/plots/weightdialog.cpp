// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/weightdialog.h"

#include "widgets/form.h"

#include <QtWidgets/QDialogButtonBox>
#include <QtWidgets/QSpinBox>

#include <algorithm>

namespace widgets {
namespace {

    QSpinBox* makeNumber(std::int64_t count, int value)
    {
        auto* box = new QSpinBox;
        box->setRange(0, int(std::max<std::int64_t>(0, count - 1)));
        box->setGroupSeparatorShown(true);
        box->setValue(std::max(0, value));
        return box;
    }

} // namespace

WeightDialog::WeightDialog(
    std::int64_t rows, std::int64_t columns, core::WeightPlace place, QWidget* parent)
    : QDialog(parent)
    , m_row(makeNumber(rows, place.row))
    , m_column(makeNumber(columns, place.column))
{
    setWindowTitle(tr("Group of a weight"));
    auto* form = new Form(this);
    form->addField(tr("Row (output)"), m_row);
    form->addField(tr("Column (input)"), m_column);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    form->addRow(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

core::WeightPlace WeightDialog::place() const { return { m_row->value(), m_column->value() }; }

} // namespace widgets
