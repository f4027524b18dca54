// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/baseplot.h"

#include <QtWidgets/QDialog>

namespace widgets {

/// A plot's data as a table that can be read with the keyboard and copied.
class DataDialog : public QDialog {
    Q_OBJECT

public:
    DataDialog(const QString& name, const PlotTable& table, const QByteArray& csv, QWidget* parent);
};

} // namespace widgets
