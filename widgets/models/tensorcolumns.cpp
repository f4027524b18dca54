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

#define TEXT(sentence) QT_TRANSLATE_NOOP("widgets::TensorColumns", sentence)
    // Tips: first line what it is, second how to read it. The glossary in resources/help uses the
    // same words.
    constexpr std::array<ColumnText, tensorColumnCount> columns{ {
        { Tensor, TEXT("Tensor"), TEXT("What the tensor does in its layer."), 140, Text },
        { Role, TEXT("Role"), TEXT("What the tensor does: attn_q makes queries, ffn_down …"), 92,
            Text },
        { Shape, TEXT("Shape"), TEXT("Rows × columns: outputs × inputs."), 96, Number },
        { Parameters, TEXT("Parameters"), TEXT("Weights in the tensor."), 92, Number },
        { Format, TEXT("Format"), TEXT("Number format in the checkpoint."), 70, Number },
        { FormatBits, TEXT("Bits"), TEXT("Bits per weight in the checkpoint."), 56, Number },
        { Size, TEXT("Size"), TEXT("Bytes in the checkpoint."), 80, Number },
        { Kurtosis, TEXT("Kurtosis"),
            TEXT("Kurtosis: how heavy the tails are.\n0 = normal distribution."), 108, Bar },
        { Absmax, TEXT("Absmax"), TEXT("Absmax: the largest absolute value of the weights."), 76,
            Number },
        { AbsmaxOverDeviation, TEXT("Absmax/σ"),
            TEXT("Absmax in standard deviations.\nLarge: few weights stretch the grid of all."), 78,
            Number },
        { Outliers, TEXT("Outl. ch."),
            TEXT("Outlier channels of the weights, inputs + outputs.\nTheir absmax is above the "
                 "threshold times the median channel's."),
            76, Number },
        { RoundingError, TEXT("Output error"),
            TEXT("Relative error of the tensor's output at the recipe's format,\nrounded to "
                 "nearest, weighted by importance where it was measured."),
            96, Number },
        { InputMax, TEXT("Input max"), TEXT("Largest absolute value that flows in."), 84, Number },
        { MaxOverMedian, TEXT("Max/median"),
            TEXT("The largest channel's absmax over the median channel's.\nColoured above the "
                 "threshold."),
            116, Bar },
        { InputKurtosis, TEXT("Kurtosis"),
            TEXT("Kurtosis of the values that flow in.\n0 = normal distribution."), 76, Number },
        { InputOutliers, TEXT("Outl. ch."),
            TEXT("Outlier channels of the input, by number.\nTheir absmax is above the threshold "
                 "times the median channel's."),
            76, Number },
        { RecipeFormat, TEXT("Format"),
            TEXT("Format in the recipe.\nClick to change it; the change goes to all selected "
                 "tensors."),
            110, Text },
        { RecipeBits, TEXT("Bits"), TEXT("Bits per weight in the recipe."), 56, Number },
        { RecipeSize, TEXT("Size"), TEXT("Bytes in the recipe's format."), 80, Number },
        { State, TEXT("State"), TEXT("How far the running quantization is."), 86, Text },
        { OutputError, TEXT("Output error"),
            TEXT("Relative error of the tensor's output after quantizing."), 96, Number },
        { Change, TEXT("Change"),
            TEXT("Output error against importance-weighted rounding\nto the same format."), 78,
            Number },
        { FormatA, TEXT("A"), TEXT("Format in run A."), 64, Text },
        { FormatB, TEXT("B"), TEXT("Format in run B, bold where it differs from A."), 64, Text },
        { ErrorA, TEXT("Error A"), TEXT("Relative output error in run A."), 76, Number },
        { ErrorB, TEXT("Error B"), TEXT("Relative output error in run B."), 76, Number },
        { ErrorDifference, TEXT("B − A, pp"),
            TEXT("Difference of the output errors in percentage points."), 78, Number },
        { Type, TEXT("Type"), TEXT("Format in the file."), 68, Text },
        { Offset, TEXT("Offset"), TEXT("Where the tensor begins, from the start of the file."), 104,
            Number },
        { Bytes, TEXT("Bytes"), TEXT("Exact bytes of the tensor in the file."), 96, Number },
        { ReadBack, TEXT("Read back"),
            TEXT("Whether the written tensor was decoded and equals what was meant."), 92, Text },
    } };
#undef TEXT

    const ColumnText& about(TensorColumn column) { return columns[std::size_t(column)]; }

    constexpr std::array modelShown{ Tensor, Shape, Parameters, Format, Size };
    constexpr std::array weightsShown{ Tensor, Kurtosis, AbsmaxOverDeviation, Outliers,
        RoundingError };
    constexpr std::array activationsShown{ Tensor, InputMax, MaxOverMedian, InputKurtosis,
        InputOutliers };
    constexpr std::array precisionShown{ Tensor, RecipeFormat, RecipeBits, RecipeSize };
    constexpr std::array quantizeShown{ Tensor, RecipeFormat, State, OutputError, Change };
    constexpr std::array compareShown{ Tensor, FormatA, FormatB, ErrorA, ErrorB, ErrorDifference };
    constexpr std::array exportShown{ Tensor, Type, Offset, Bytes, ReadBack };

    constexpr std::array everywhereOffered{ Role, Shape, Parameters, Format, FormatBits, Size,
        Kurtosis, Absmax, AbsmaxOverDeviation, Outliers, RecipeFormat, RecipeBits, RecipeSize };

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

std::span<const TensorColumn> TensorColumns::offered() { return everywhereOffered; }

} // namespace widgets
