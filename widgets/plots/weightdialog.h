// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/rounding.h"

#include <QtWidgets/QDialog>

class QSpinBox;

namespace widgets {

/// Asks for one weight of a tensor by its row and column.
class WeightDialog : public QDialog {
    Q_OBJECT

public:
    /// Of a tensor of that shape; at first the weight at `place`.
    WeightDialog(std::int64_t rows, std::int64_t columns, core::WeightPlace place, QWidget* parent);

    core::WeightPlace place() const;

private:
    QSpinBox *m_row, *m_column;
};

} // namespace widgets
