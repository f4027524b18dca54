// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/tensormodel.h"

#include <QFontMetrics>
#include <QList>

namespace widgets {

// How wide the columns of the tensor table are, in pixels at the present text size. All are pure.

/// Whether a column is as wide as it likes to be, or only as it must.
enum class ColumnRoom { Wide, Tight };

/// Of every column but the names'; its title, in `header`'s font, is whole in every language.
int columnWidth(TensorColumn column, const QFontMetrics& header, ColumnRoom room);
/// Of the names' column so that every name inside a layer is whole.
int nameWidth(const TensorModel& model, const QFontMetrics& text, int indentation);
/// `columns` (the names' first) without the last ones that do not fit into `width` pixels beside
/// names of `names` pixels; at least two.
QList<int> columnsThatFit(QList<int> columns, int width, int names, const QFontMetrics& header);

} // namespace widgets
