// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/tensorcolumns.h"

#include <array>
#include <vector>

namespace widgets {

namespace {

    struct ColumnText {
        TensorColumn column;
        const char* title;
        const char* tip;
        int width;
        enum Kind { Text, Number, Bar } kind;
    };

    using enum ColumnText::Kind;
    using enum TensorColumn;

    // Tips: first line what it is, second how to read it. The glossary in resources/help uses the
    // same words.
    constexpr std::array<ColumnText, tensorColumnCount> columns{ {
        { Tensor, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Tensor"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns", "What the tensor does in its layer."), 140,
            Text },
        { Role, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Role"),
            QT_TRANSLATE_NOOP(
                "widgets::TensorColumns", "What the tensor does: attn_q makes queries, ffn_down …"),
            92, Text },
        { Shape, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Shape"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns", "Rows × columns: outputs × inputs."), 96,
            Number },
        { Parameters, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Parameters"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns", "Weights in the tensor."), 92, Number },
        { Format, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Format"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns", "Number format in the checkpoint."), 70,
            Number },
        { FormatBits, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Bits"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns", "Bits per weight in the checkpoint."), 56,
            Number },
        { Size, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Size"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns", "Bytes in the checkpoint."), 80, Number },
        { Kurtosis, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Kurtosis"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns",
                "Kurtosis: how heavy the tails are.\n0 = normal distribution."),
            108, Bar },
        { Absmax, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Absmax"),
            QT_TRANSLATE_NOOP(
                "widgets::TensorColumns", "Absmax: the largest absolute value of the weights."),
            76, Number },
        { AbsmaxOverDeviation, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Absmax/σ"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns",
                "Absmax in standard deviations.\nLarge: few weights stretch the grid of all."),
            78, Number },
        { Outliers, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Outl. ch."),
            QT_TRANSLATE_NOOP("widgets::TensorColumns",
                "Outlier channels of the weights, inputs + outputs.\nTheir absmax is above the "
                "threshold times the median channel's."),
            76, Number },
        { RoundingError, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Output error"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns",
                "Relative error of the tensor's output at the recipe's format,\nrounded with the "
                "importance that was measured."),
            64, Number },
        { InputMax, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Input max"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns", "Largest absolute value that flows in."),
            84, Number },
        { MaxOverMedian, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Max/median"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns",
                "The largest channel's absmax over the median channel's.\nColoured above the "
                "threshold."),
            116, Bar },
        { InputKurtosis, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Kurtosis"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns",
                "Kurtosis of the values that flow in.\n0 = normal distribution."),
            76, Number },
        { InputOutliers, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Outl. ch."),
            QT_TRANSLATE_NOOP("widgets::TensorColumns",
                "Outlier channels of the input, by number.\nTheir absmax is above the threshold "
                "times the median channel's."),
            76, Number },
        { RecipeFormat, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Format"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns",
                "Format in the recipe.\nClick to change it; the change goes to all selected "
                "tensors."),
            106, Text },
        { RecipeBits, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Bits"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns", "Bits per weight in the recipe."), 56,
            Number },
        { RecipeSize, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Size"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns", "Bytes in the recipe's format."), 80,
            Number },
        { State, QT_TRANSLATE_NOOP("widgets::TensorColumns", "State"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns", "How far the running quantization is."),
            101, Text },
        { OutputError, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Output error"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns",
                "Relative error of the tensor's output after quantizing, on held-out sequences of "
                "the\n"
                "calibration text where there are any."),
            64, Number },
        { Change, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Change"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns",
                "Output error against importance-weighted rounding\nto the same format."),
            70, Number },
        { FormatA, QT_TRANSLATE_NOOP("widgets::TensorColumns", "A"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns", "Format in run A."), 64, Text },
        { FormatB, QT_TRANSLATE_NOOP("widgets::TensorColumns", "B"),
            QT_TRANSLATE_NOOP(
                "widgets::TensorColumns", "Format in run B, bold where it differs from A."),
            64, Text },
        { ErrorA, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Output A"),
            QT_TRANSLATE_NOOP(
                "widgets::TensorColumns", "Relative error of the tensor's output in run A."),
            76, Number },
        { ErrorB, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Output B"),
            QT_TRANSLATE_NOOP(
                "widgets::TensorColumns", "Relative error of the tensor's output in run B."),
            76, Number },
        { ErrorDifference, QT_TRANSLATE_NOOP("widgets::TensorColumns", "B − A, pp"),
            QT_TRANSLATE_NOOP(
                "widgets::TensorColumns", "Difference of the output errors in percentage points."),
            78, Number },
        { Type, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Type"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns", "Format in the file."), 68, Text },
        { Offset, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Offset"),
            QT_TRANSLATE_NOOP(
                "widgets::TensorColumns", "Where the tensor begins, from the start of the file."),
            104, Number },
        { Bytes, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Bytes"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns", "Exact bytes of the tensor in the file."),
            96, Number },
        { ReadBack, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Read back"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns",
                "Whether the written tensor was decoded and equals what was meant."),
            92, Text },
        { PredictedLoss, QT_TRANSLATE_NOOP("widgets::TensorColumns", "KLD × 10⁻³"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns",
                "KL divergence of this tensor alone in the recipe's format; losses of tensors add "
                "up.\nHollow bars are predicted, filled ones measured."),
            104, Bar },
        { RoundingWeightError, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Weight error"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns",
                "Relative error of the weights alone at the recipe's format,\nrounded to nearest: "
                "no text was looked at."),
            64, Number },
        { RunWeightError, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Weight error"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns",
                "Relative error of the weights alone after quantizing:\nno text was looked at."),
            64, Number },
        { WeightErrorA, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Weights A"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns",
                "Relative error of the weights alone in run A:\nno text was looked at."),
            76, Number },
        { WeightErrorB, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Weights B"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns",
                "Relative error of the weights alone in run B:\nno text was looked at."),
            76, Number },
        { WeightErrorDifference, QT_TRANSLATE_NOOP("widgets::TensorColumns", "Weights B − A"),
            QT_TRANSLATE_NOOP("widgets::TensorColumns",
                "Difference of the weights' errors in percentage points."),
            78, Number },
    } };

    const ColumnText& about(TensorColumn column) { return columns[std::size_t(column)]; }

    constexpr std::array modelShown{ Tensor, Shape, Parameters, Format, Size };
    constexpr std::array weightsShown{ Tensor, Kurtosis, AbsmaxOverDeviation, Outliers,
        RoundingError };
    constexpr std::array activationsShown{ Tensor, InputMax, MaxOverMedian, InputKurtosis,
        InputOutliers };
    constexpr std::array precisionShown{ Tensor, RecipeFormat, RecipeBits, RecipeSize,
        PredictedLoss };
    constexpr std::array quantizeShown{ Tensor, RecipeFormat, State, OutputError, Change };
    constexpr std::array compareShown{ Tensor, FormatA, FormatB, ErrorA, ErrorB, ErrorDifference };
    constexpr std::array exportShown{ Tensor, Type, Offset, Bytes, ReadBack };

    constexpr std::array everywhereOffered{ Role, Shape, Parameters, Format, FormatBits, Size,
        Kurtosis, Absmax, AbsmaxOverDeviation, Outliers, RecipeFormat, RecipeBits, RecipeSize,
        PredictedLoss };

} // namespace

QString TensorColumns::title(TensorColumn column) { return tr(about(column).title); }
QString TensorColumns::tip(TensorColumn column) { return tr(about(column).tip); }
int TensorColumns::width(TensorColumn column) { return about(column).width; }
bool TensorColumns::isNumber(TensorColumn column) { return about(column).kind != Text; }
bool TensorColumns::hasBar(TensorColumn column) { return about(column).kind == Bar; }

std::span<const TensorColumn> TensorColumns::shownOn(PageId page)
{
    switch (page) {
    case PageId::Model:
        return modelShown;
    case PageId::Weights:
        return weightsShown;
    case PageId::Activations:
        return activationsShown;
    case PageId::Precision:
        return precisionShown;
    case PageId::Quantize:
        return quantizeShown;
    case PageId::Compare:
        return compareShown;
    case PageId::Export:
        return exportShown;
    }
    return modelShown;
}

std::optional<TensorColumn> TensorColumns::ofWeights(TensorColumn column)
{
    switch (column) {
    case RoundingError:
        return RoundingWeightError;
    case OutputError:
        return RunWeightError;
    case ErrorA:
        return WeightErrorA;
    case ErrorB:
        return WeightErrorB;
    case ErrorDifference:
        return WeightErrorDifference;
    default:
        return std::nullopt;
    }
}

std::span<const TensorColumn> TensorColumns::offered() { return everywhereOffered; }

} // namespace widgets
