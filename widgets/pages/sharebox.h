// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QDoubleSpinBox>

namespace widgets {

/// Writes only the decimals that a value has: "1 %", "0.25 %".
class ShareBox : public QDoubleSpinBox {
public:
    using QDoubleSpinBox::QDoubleSpinBox;
    QString textFromValue(double value) const override { return locale().toString(value, 'g', 6); }
};

} // namespace widgets
