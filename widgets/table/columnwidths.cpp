// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/table/columnwidths.h"

#include "widgets/theme.h"

#include <algorithm>

namespace widgets {

namespace {

    constexpr int narrowest = 88; ///< most a column takes where the table is narrow
    constexpr int titlePadding = 18; ///< beside a column's title, with the line
    constexpr int cellPadding = 10; ///< at both sides of a name

} // namespace

int columnWidth(TensorColumn column, const QFontMetrics& header, ColumnRoom room)
{
    const int wanted = TensorColumns::width(column);
    const bool isWhole = column == TensorColumn::RecipeFormat; // a glyph, a name and an arrow
    const int width = room == ColumnRoom::Tight && !isWhole ? std::min(wanted, narrowest) : wanted;
    return std::max(scaled(width),
        header.horizontalAdvance(TensorColumns::title(column)) + scaled(titlePadding));
}

int NameWidth::of(const TensorModel& model, const QFontMetrics& text, int indentation)
{
    if (!m_measured || m_measured->first != text) {
        int widest = 0;
        for (int tensor = 0; tensor < model.tensorCount(); ++tensor) {
            if (!model.row(tensor).isMatrix() || model.row(tensor).place.layer < 0)
                continue;
            const QString name = model.indexOf(tensor, TensorColumn::Tensor).data().toString();
            widest = std::max(widest, text.horizontalAdvance(name));
        }
        m_measured.emplace(text, widest);
    }
    return m_measured->second + 2 * indentation + 2 * scaled(cellPadding);
}

QList<int> columnsThatFit(QList<int> columns, int width, int names, const QFontMetrics& header)
{
    const auto widthOf = [&header](int column) {
        return columnWidth(TensorColumn(column), header, ColumnRoom::Tight);
    };
    int left = width - names;
    for (qsizetype i = 1; i < columns.size(); ++i)
        left -= widthOf(columns[i]);
    while (left < 0 && columns.size() > 2)
        left += widthOf(columns.takeLast());
    return columns;
}

} // namespace widgets
