// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QString>

#include <optional>
#include <span>

namespace widgets {

/// Every column of the tensor table, in the model's order.
enum class TensorColumn {
    Tensor,
    Role,
    Shape,
    Parameters,
    Format, ///< of the checkpoint
    FormatBits,
    Size,
    Kurtosis,
    Absmax,
    AbsmaxOverDeviation,
    Outliers, ///< channels of the weights, inputs + outputs
    RoundingError,
    InputMax,
    MaxOverMedian,
    InputKurtosis,
    InputOutliers, ///< channels, by number
    RecipeFormat,
    RecipeBits,
    RecipeSize,
    State,
    OutputError,
    Change,
    FormatA,
    FormatB,
    ErrorA,
    ErrorB,
    ErrorDifference,
    Type, ///< of the file to be written
    Offset,
    Bytes,
    ReadBack,
    PredictedLoss, ///< of the recipe's format, alone; settings keep columns by number, so it is
                   ///< behind the others
    // Errors of the weights where no output was looked at: another quantity, so other columns.
    RoundingWeightError,
    RunWeightError,
    WeightErrorA,
    WeightErrorB,
    WeightErrorDifference,
};
constexpr int tensorColumnCount = int(TensorColumn::WeightErrorDifference) + 1;

/// The pages of the window, each a question about the tensors.
enum class PageId { Model, Weights, Activations, Precision, Quantize, Compare, Export };
constexpr int pageCount = int(PageId::Export) + 1;

/// What a column is called, what it means, how wide it is and on which side its text stands.
class TensorColumns {
    Q_DECLARE_TR_FUNCTIONS(widgets::TensorColumns)

public:
    static QString title(TensorColumn column);
    static QString tip(TensorColumn column); ///< two lines: what it is, how to read it
    static int width(TensorColumn column); ///< pixels at 100 % text
    static bool isNumber(TensorColumn column); ///< right-aligned, largest first when sorted
    static bool hasBar(TensorColumn column);
    /// What a page shows, the most important first.
    static std::span<const TensorColumn> shownOn(PageId page);
    static std::span<const TensorColumn> offered(); ///< beside those, on every page
    /// Of an error of outputs the column with that of the weights; none for any other.
    static std::optional<TensorColumn> ofWeights(TensorColumn column);
};

} // namespace widgets
