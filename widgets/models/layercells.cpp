// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/format.h"
#include "widgets/models/tensorcells.h"

#include <algorithm>

namespace widgets {

namespace {

    using enum TensorColumn;
    using Tone = TensorCell::Tone;

    enum class Aggregate { None, Sum, Maximum, Same, BitsPerWeight, Count };

    Aggregate aggregateOf(TensorColumn column)
    {
        switch (column) {
        case Parameters:
        case Size:
        case RecipeSize:
        case Bytes:
        case Outliers:
        case PredictedLoss:
            return Aggregate::Sum;
        case Kurtosis:
        case Absmax:
        case InputMax:
            return Aggregate::Maximum;
        case Format:
        case RecipeFormat:
        case FormatA:
        case FormatB:
        case Type:
            return Aggregate::Same;
        case FormatBits:
        case RecipeBits:
            return Aggregate::BitsPerWeight;
        case State:
            return Aggregate::Count;
        default:
            return Aggregate::None;
        }
    }

    QString totalText(double total, TensorColumn column)
    {
        return column == Size || column == RecipeSize ? sizeText(total)
            : column == PredictedLoss                 ? milliKldText(total)
                                                      : countText(std::int64_t(total));
    }

    /// Bits per weight of the layer, from bytes and parameters.
    TensorCell bits(const std::vector<const TensorRow*>& rows, TensorColumn column)
    {
        double bytes = 0;
        double weights = 0;
        for (const TensorRow* row : rows) {
            bytes += double(column == RecipeBits ? row->recipeBytes() : row->bytes);
            weights += double(row->parameters());
        }
        if (bytes <= 0 || weights <= 0)
            return {};
        return { bitsText(8 * bytes / weights), Tone::Secondary, 8 * bytes / weights };
    }

    /// "5 of 7" while a quantization runs.
    TensorCell doneCount(const std::vector<const TensorRow*>& rows)
    {
        const auto done = std::count_if(rows.begin(), rows.end(),
            [](const TensorRow* row) { return row->run.state == RunFacts::State::Done; });
        const auto known = std::count_if(rows.begin(), rows.end(), [](const TensorRow* row) {
            return row->run.state != RunFacts::State::None
                && row->run.state != RunFacts::State::Kept;
        });
        if (known == 0 || done == known)
            return {};
        return { TensorCells::tr("%1 of %2", "tensors done").arg(done).arg(known), Tone::Secondary,
            {} };
    }

    bool counts(const TensorRow* row, TensorColumn column)
    {
        return row->isMatrix() || column == Parameters || column == Size || column == RecipeSize
            || column == Bytes;
    }

} // namespace

TensorCell TensorCells::ofLayer(const std::vector<const TensorRow*>& rows, TensorColumn column)
{
    const Aggregate aggregate = aggregateOf(column);
    if (aggregate == Aggregate::None)
        return {};
    if (aggregate == Aggregate::BitsPerWeight)
        return bits(rows, column);
    if (aggregate == Aggregate::Count)
        return doneCount(rows);

    std::optional<double> sum, maximum;
    const TensorRow* largest = nullptr;
    QString text;
    bool same = true;
    for (const TensorRow* row : rows) {
        if (!counts(row, column))
            continue;
        const auto value = valueOf(*row, column);
        if (!value)
            continue;
        sum = sum.value_or(0) + *value;
        if (!maximum || *value > *maximum) {
            maximum = value;
            largest = row;
        }
        if (aggregate == Aggregate::Same) {
            const QString format = of(*row, column).text;
            same = same && (text.isEmpty() || text == format);
            text = format;
        }
    }
    if (!sum)
        return {};
    switch (aggregate) {
    case Aggregate::Sum:
        return { totalText(*sum, column), Tone::Secondary, sum };
    case Aggregate::Maximum:
        return { tr("max %1").arg(of(*largest, column).text), Tone::Secondary, maximum };
    default:
        return { same ? text : tr("mixed", "formats of a layer"), Tone::Secondary, {} };
    }
}

} // namespace widgets
