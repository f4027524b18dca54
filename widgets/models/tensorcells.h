// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/tensorcolumns.h"
#include "widgets/models/tensorrow.h"

#include <QCoreApplication>
#include <QVariant>

#include <optional>
#include <vector>

namespace widgets {

/// What one cell of the tensor table says. Pure.
struct TensorCell {
    enum class Tone { Normal, Secondary, Loss, Strong, Ok, Choice, Error };

    QString text;
    Tone tone = Tone::Normal;
    std::optional<double> value; ///< what the column sorts and filters by; none if it has no number
};

/// Cells of tensors and of the rows that stand for a layer.
class TensorCells {
    Q_DECLARE_TR_FUNCTIONS(widgets::TensorCells)

public:
    /// "…" where the value is still to come, empty where the column does not apply.
    static TensorCell of(const TensorRow& row, TensorColumn column);
    /// The value of that cell.
    static std::optional<double> valueOf(const TensorRow& row, TensorColumn column);
    /// Sum, maximum or "mixed" of a layer's tensors, in secondary text.
    static TensorCell ofLayer(const std::vector<const TensorRow*>& rows, TensorColumn column);
    static QString layerTitle(int layer);
};

/// "Q4_K".
QString formatName(const core::Format* format);
QString roleTitle(core::Role role);

} // namespace widgets
