// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/tensorcells.h"

#include "core/quant/recipe.h"
#include "widgets/format.h"

#include <QStringList>

#include <algorithm>

namespace widgets {

namespace {

    using Tone = TensorCell::Tone;
    using enum TensorColumn;

    TensorCell number(QString text, double value, Tone tone = Tone::Normal)
    {
        return { std::move(text), tone, value };
    }

    TensorCell pending() { return { pendingText(), Tone::Secondary, {} }; }

    TensorCell formatCell(const core::Format* format, Tone tone = Tone::Normal)
    {
        if (!format)
            return {};
        return { formatName(format), tone, format->bitsPerWeight() };
    }

    /// What a tensor is stored as; of another tool's grid how many bits or which numbers it has:
    /// the rest is in the tooltip.
    TensorCell storedCell(const TensorRow& row)
    {
        if (row.grid.isEmpty())
            return formatCell(row.format);
        const QString kind
            = row.grid.section(QLatin1Char(','), 0, 0).section(QLatin1Char(':'), 0, 0);
        return { kind, Tone::Normal, row.bits };
    }

    /// A share, or nothing where the tensor is no matrix.
    TensorCell share(const std::optional<double>& value)
    {
        return value ? number(percentText(*value), *value) : TensorCell{};
    }

    /// Whether `column` is one of errors, and of which: each has the errors of its own kind only.
    std::optional<ErrorOf> errorOf(TensorColumn column)
    {
        switch (column) {
        case RoundingError:
        case OutputError:
        case ErrorA:
        case ErrorB:
        case ErrorDifference:
            return ErrorOf::Output;
        case RoundingWeightError:
        case RunWeightError:
        case WeightErrorA:
        case WeightErrorB:
        case WeightErrorDifference:
            return ErrorOf::Weights;
        default:
            return std::nullopt;
        }
    }

    /// An error, or the difference of two, where `row` has one of the column's kind.
    std::optional<double> errorOf(const TensorRow& row, TensorColumn column)
    {
        const auto own = [of = errorOf(column)](const std::optional<double>& error, ErrorOf its) {
            return of == its ? error : std::nullopt;
        };
        const auto a = own(row.compared.errorA, row.compared.errorOfA);
        const auto b = own(row.compared.errorB, row.compared.errorOfB);
        switch (column) {
        case RoundingError:
        case RoundingWeightError:
            return own(row.roundingError, row.roundingErrorOf);
        case OutputError:
        case RunWeightError:
            return own(row.run.error, row.run.judged.errorOf());
        case ErrorA:
        case WeightErrorA:
            return a;
        case ErrorB:
        case WeightErrorB:
            return b;
        default:
            return a && b ? std::optional(100 * (*b - *a)) : std::nullopt;
        }
    }

    TensorCell errorCell(const TensorRow& row, TensorColumn column)
    {
        const std::optional<double> error = errorOf(row, column);
        if (column == ErrorDifference || column == WeightErrorDifference)
            return !error
                ? TensorCell{}
                : number(signedText(*error, 1), *error, *error >= 0.05 ? Tone::Loss : Tone::Normal);
        const bool foresees = column == RoundingError || column == RoundingWeightError;
        return foresees && !row.roundingError && row.isMatrix() ? pending() : share(error);
    }

    TensorCell weightCell(const TensorRow& row, TensorColumn column)
    {
        if (!row.weights)
            return pending();
        const WeightFacts& facts = *row.weights;
        const int outliers = facts.outlierInputs + facts.outlierOutputs;
        switch (column) {
        case Kurtosis:
            return number(numberText(facts.kurtosis, 2), facts.kurtosis);
        case Absmax:
            return number(significantText(facts.absmax), facts.absmax,
                facts.nonFinite > 0 ? Tone::Error : Tone::Normal);
        case AbsmaxOverDeviation: {
            if (facts.deviation <= 0)
                return { unknownText(), Tone::Secondary, {} };
            const double ratio = facts.absmax / facts.deviation;
            return number(numberText(ratio, 1), ratio);
        }
        default:
            return number(countText(outliers), outliers, outliers > 0 ? Tone::Loss : Tone::Normal);
        }
    }

    TensorCell inputCell(const TensorRow& row, TensorColumn column)
    {
        if (!row.isMatrix())
            return {};
        if (!row.inputs)
            return { unknownText(), Tone::Secondary, {} };
        const InputFacts& facts = *row.inputs;
        switch (column) {
        case InputMax:
            return number(numberText(facts.absmax, 2), facts.absmax);
        case MaxOverMedian:
            return number(ratioText(facts.maxOverMedian), facts.maxOverMedian,
                facts.aboveThreshold ? Tone::Loss : Tone::Normal);
        case InputKurtosis:
            return number(numberText(facts.kurtosis, 1), facts.kurtosis);
        default:
            break;
        }
        if (facts.outliers.empty())
            return number(countText(0), 0);
        QStringList channels;
        for (const int channel : facts.outliers)
            channels += QString::number(channel); // a name, not a quantity: no separators
        return number(
            channels.join(QStringLiteral(", ")), double(facts.outliers.size()), Tone::Loss);
    }

    TensorCell recipeCell(const TensorRow& row, TensorColumn column)
    {
        if (!row.recipeFormat)
            return {};
        switch (column) {
        case RecipeFormat:
            return formatCell(row.recipeFormat);
        case RecipeBits:
            return number(
                bitsText(row.recipeFormat->bitsPerWeight()), row.recipeFormat->bitsPerWeight());
        default:
            return number(sizeText(double(row.recipeBytes())), double(row.recipeBytes()));
        }
    }

    TensorCell stateCell(const RunFacts& run)
    {
        switch (run.state) {
        case RunFacts::State::None:
            return {};
        case RunFacts::State::Waiting:
            return { TensorCells::tr("Waiting"), Tone::Secondary, 0 };
        case RunFacts::State::Rounding:
            return { TensorCells::tr("Rounding"), Tone::Choice, 1 };
        case RunFacts::State::Done:
            return { TensorCells::tr("Done"), Tone::Normal, 2 };
        case RunFacts::State::Kept:
            return { TensorCells::tr("Kept"), Tone::Normal, 3 };
        case RunFacts::State::Failed:
            return { TensorCells::tr("Not written"), Tone::Error, 4 };
        }
        return {};
    }

    TensorCell runCell(const RunFacts& run, TensorColumn column)
    {
        if (column == State)
            return stateCell(run);
        const bool ofOutput = run.judged.errorOf() == ErrorOf::Output;
        if (!ofOutput || !run.error || !run.importanceError || *run.importanceError <= 0)
            return {};
        const double change = *run.error / *run.importanceError - 1;
        return number(percentChangeText(change), change, change > 0 ? Tone::Loss : Tone::Normal);
    }

    TensorCell comparedCell(const ComparedFacts& facts, TensorColumn column)
    {
        if (column == FormatA)
            return formatCell(facts.a);
        const bool differs = facts.a && facts.a != facts.b;
        return formatCell(facts.b, differs || !facts.a ? Tone::Strong : Tone::Secondary);
    }

    TensorCell exportCell(const std::optional<ExportFacts>& facts, TensorColumn column)
    {
        if (!facts)
            return {};
        switch (column) {
        case Type:
            return formatCell(facts->type);
        case Offset:
            return number(countText(std::int64_t(facts->offset)), double(facts->offset));
        case Bytes:
            return number(countText(std::int64_t(facts->bytes)), double(facts->bytes));
        default:
            return facts->readBack ? TensorCell{ TensorCells::tr("equal"), Tone::Ok, 1 }
                                   : TensorCell{ unknownText(), Tone::Secondary, 0 };
        }
    }

} // namespace

TensorCell TensorCells::of(const TensorRow& row, TensorColumn column)
{
    switch (column) {
    case Tensor:
        return { row.place.layer < 0 || core::isOther(row.place.role) ? row.name
                                                                      : roleTitle(row.place.role),
            Tone::Normal, {} };
    case Role:
        return { roleTitle(row.place.role), Tone::Normal, {} };
    case Shape:
        return number(row.isMatrix()
                ? tr("%1 × %2", "rows × columns").arg(row.rows).arg(row.columns)
                : QString::number(row.parameters()),
            double(row.parameters()));
    case Parameters:
        return number(countText(row.parameters()), double(row.parameters()));
    case Format:
        return storedCell(row);
    case FormatBits: {
        const double bits = row.grid.isEmpty() ? row.format->bitsPerWeight() : row.bits;
        return number(bitsText(bits), bits);
    }
    case Size:
        return number(sizeText(double(row.bytes)), double(row.bytes));
    case Kurtosis:
    case Absmax:
    case AbsmaxOverDeviation:
    case Outliers:
        return weightCell(row, column);
    case InputMax:
    case MaxOverMedian:
    case InputKurtosis:
    case InputOutliers:
        return inputCell(row, column);
    case RecipeFormat:
    case RecipeBits:
    case RecipeSize:
        return recipeCell(row, column);
    case State:
    case Change:
        return runCell(row.run, column);
    case FormatA:
    case FormatB:
        return comparedCell(row.compared, column);
    case RoundingError:
    case OutputError:
    case ErrorA:
    case ErrorB:
    case ErrorDifference:
    case RoundingWeightError:
    case RunWeightError:
    case WeightErrorA:
    case WeightErrorB:
    case WeightErrorDifference:
        return errorCell(row, column);
    case Type:
    case Offset:
    case Bytes:
    case ReadBack:
        return exportCell(row.exported, column);
    case PredictedLoss:
        return row.loss.value()
            ? number(milliKldText(*row.loss.value()), *row.loss.value(), Tone::Loss)
            : TensorCell{};
    }
    return {};
}

std::optional<double> TensorCells::valueOf(const TensorRow& row, TensorColumn column)
{
    switch (column) { // those that need no text to be known
    case Tensor:
    case Role:
        return {};
    case Shape:
    case Parameters:
        return double(row.parameters());
    case Format:
    case FormatBits:
        return row.grid.isEmpty() ? row.format->bitsPerWeight() : row.bits;
    case Size:
        return double(row.bytes);
    case Kurtosis:
        return row.weights ? std::optional(row.weights->kurtosis) : std::nullopt;
    case Absmax:
        return row.weights ? std::optional(row.weights->absmax) : std::nullopt;
    case RecipeFormat:
    case RecipeBits:
        return row.recipeFormat ? std::optional(row.recipeFormat->bitsPerWeight()) : std::nullopt;
    case RecipeSize:
        return row.recipeFormat ? std::optional(double(row.recipeBytes())) : std::nullopt;
    case PredictedLoss:
        return row.loss.value();
    default:
        return errorOf(column) ? errorOf(row, column) : of(row, column).value;
    }
}

QString TensorCells::layerTitle(int layer) { return tr("Layer %1").arg(layer); }

QString formatName(const core::Format* format)
{
    if (format == &core::formats::source)
        return TensorCells::tr("as in the file", "a format");
    return format ? QString::fromUtf8(format->name.data(), qsizetype(format->name.size()))
                  : QString();
}

QString roleTitle(core::Role role)
{
    const std::string_view name = core::roleName(role);
    return QString::fromUtf8(name.data(), qsizetype(name.size()));
}

} // namespace widgets
