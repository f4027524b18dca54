// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

#include <QtWidgets/QTableWidget>

#include <optional>
#include <vector>

namespace widgets {

/// One format that the selected tensors could get.
struct FormatChoice {
    const core::Format* format = nullptr;
    std::int64_t bytes = 0; ///< of the selected tensors in it
    std::optional<double> error; ///< relative output error; none: pending
    bool fits = true; ///< false: some rows do not fit, and fall back
};

/// Every format with what it would change against the one in the recipe: bytes and output error;
/// without one format in the recipe (mixed), the values themselves. Going to a row looks at its
/// format, double-click or Enter assigns it, Esc goes back.
class CostTable : public QTableWidget {
    Q_OBJECT

public:
    explicit CostTable(QWidget* parent = nullptr);

    /// `assigned` null: mixed; `looked` null: at the recipe's. Without a signal.
    void setChoices(const std::vector<FormatChoice>& choices, const core::Format* assigned,
        const core::Format* looked);
    /// The format of the current row; null for none.
    const FormatChoice* current() const;

signals:
    void lookRequested(const core::Format* format); ///< null: back to the recipe's
    void assignRequested(const core::Format* format);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override; ///< keeps the current row in sight

private:
    enum Column { Name, Size, Error, ColumnCount };
    void fill();
    void fillRow(int row);
    void set(int row, Column column, const QString& text, const QColor& ink);
    void look();
    const FormatChoice* choiceOf(const core::Format* format) const;

    std::vector<FormatChoice> m_choices;
    const core::Format* m_assigned = nullptr;
};

} // namespace widgets
