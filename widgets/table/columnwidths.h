// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/tensormodel.h"

#include <QFontMetrics>
#include <QList>

#include <optional>
#include <utility>

namespace widgets {

// How wide the columns of the tensor table are, in pixels at the present text size.

/// Whether a column is as wide as it likes to be, or only as it must.
enum class ColumnRoom { Wide, Tight };

/// Of every column but the names'; its title, in `header`'s font, is whole in every language.
int columnWidth(TensorColumn column, const QFontMetrics& header, ColumnRoom room);
/// `columns` (the names' first) without the last ones that do not fit into `width` pixels beside
/// names of `names` pixels; at least two.
QList<int> columnsThatFit(QList<int> columns, int width, int names, const QFontMetrics& header);

/// How wide the names' column is so that every name inside a layer is whole. Measures them once for
/// each model and font.
class NameWidth {
public:
    int of(const TensorModel& model, const QFontMetrics& text, int indentation);
    void forget() { m_measured.reset(); } ///< the model has other tensors

private:
    std::optional<std::pair<QFontMetrics, int>> m_measured; ///< the widest name by it
};

} // namespace widgets
