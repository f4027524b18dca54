// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"
#include "widgets/format.h"
#include "widgets/judgedtext.h"

#include <QtWidgets/QTableWidget>

#include <optional>
#include <utility>
#include <vector>

namespace widgets {

/// One format that the selected tensors could get.
struct FormatChoice {
    const core::Format* format = nullptr;
    std::int64_t bytes = 0; ///< of the selected tensors in it
    std::optional<double> error; ///< mean relative error of the measured; none: pending
    ErrorOf errorOf = ErrorOf::Output; ///< of all choices the same
    /// Of the error, against the recipe's formats: mean of the tensors measured in both.
    std::optional<double> change;
    std::optional<double> loss; ///< predicted KL divergence of the selected tensors together
    double lossError = 0; ///< standard, of the loss
    std::optional<double> lossChange; ///< against the recipe's formats
    /// What each of the selected was measured to lose alone, summed; none where one was not.
    std::optional<double> measuredLoss, measuredLossError;
    int measured = 1, tensors = 1; ///< how many of the selected the errors are of
    /// Other formats that tensors fall back to because their rows do not fit, and how many do.
    std::vector<std::pair<const core::Format*, int>> fallbacks;

    bool fits() const { return fallbacks.empty(); }
    bool isPartial() const { return measured < tensors; }
};

/// "12 of 28 tensors fall back: 8 to Q5_0, 4 to F16." Empty if all rows fit.
QString fallbackText(const FormatChoice& choice);

/// Every format with what it would change against the one in the recipe: bytes and error;
/// without one format in the recipe (mixed), the values themselves. All sizes are in one unit; an
/// error of some of the tensors is in secondary ink. Going to a row looks at its format,
/// double-click or Enter assigns it, Esc goes back.
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
    enum Column { Name, Size, Error, Loss, ColumnCount };
    void fill();
    void fillRow(int row);
    void nameError();
    void fillSize(int row);
    void fillError(int row);
    void fillLoss(int row);
    QString toolTip(const FormatChoice& choice) const;
    double sizeOf(const FormatChoice& choice) const; ///< or its change, as it is written
    void set(int row, Column column, const QString& text, const QColor& ink);
    void look();
    const FormatChoice* choiceOf(const core::Format* format) const;

    std::vector<FormatChoice> m_choices;
    const core::Format* m_assigned = nullptr;
    SizeUnit m_unit = SizeUnit::Bytes; ///< of the column, by its largest value
};

} // namespace widgets
