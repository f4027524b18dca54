// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/tensortip.h"

#include "widgets/format.h"
#include "widgets/models/tensormodel.h"

#include <QtCore/QStringList>

namespace widgets {

namespace {

    /// Why the recipe's format is not the one that was wanted.
    QString fallbackTip(const TensorRow& row)
    {
        if (!row.wantedFormat || row.wantedFormat == row.recipeFormat)
            return {};
        if (row.wantedFormat->fits(std::size_t(row.columns)))
            return TensorModel::tr("%1 does not hold the range of its values, stored as %2.")
                .arg(formatName(row.wantedFormat), formatName(row.recipeFormat));
        return TensorModel::tr("Rows of %1 do not fit %2 (%3), stored as %4.")
            .arg(row.columns)
            .arg(formatName(row.wantedFormat))
            .arg(row.wantedFormat->blockSize)
            .arg(formatName(row.recipeFormat));
    }

    QString lossTip(const LossFacts& loss)
    {
        QStringList lines;
        if (loss.measured)
            lines += TensorModel::tr("Measured alone: KLD %1")
                         .arg(measuredKldText(*loss.measured, loss.measuredError.value_or(0)));
        if (loss.predicted)
            lines += TensorModel::tr("Predicted: KLD %1")
                         .arg(predictedKldText(*loss.predicted, loss.predictedError.value_or(0)));
        return lines.join(u'\n');
    }

    /// Why a column of output errors has none.
    QString weightErrorTip(const std::optional<double>& error, ErrorOf of)
    {
        return error && of == ErrorOf::Weights
            ? errorSentence(percentText(*error), { core::JudgedOn::Weights, 0 })
            : QString();
    }

    QString errorTip(const RunFacts& run)
    {
        QStringList lines;
        if (run.error)
            lines += errorSentence(percentText(*run.error), run.judged);
        if (!run.note.isEmpty())
            lines += run.note;
        return lines.join(u'\n');
    }

} // namespace

QString tensorTip(const TensorRow& row, TensorColumn column)
{
    switch (column) {
    case TensorColumn::Tensor:
        return row.sourceName == row.name
            ? row.name
            : TensorModel::tr("%1\n%2", "two names of one tensor").arg(row.name, row.sourceName);
    case TensorColumn::Format:
        return row.grid;
    case TensorColumn::RecipeFormat:
        return fallbackTip(row);
    case TensorColumn::State:
        return row.run.note;
    case TensorColumn::PredictedLoss:
        return lossTip(row.loss);
    case TensorColumn::RoundingError:
    case TensorColumn::RoundingWeightError:
        return weightErrorTip(row.roundingError, row.roundingErrorOf);
    case TensorColumn::OutputError:
    case TensorColumn::RunWeightError:
    case TensorColumn::Change:
        return errorTip(row.run);
    case TensorColumn::ErrorA:
    case TensorColumn::WeightErrorA:
        return weightErrorTip(row.compared.errorA, row.compared.errorOfA);
    case TensorColumn::ErrorB:
    case TensorColumn::WeightErrorB:
        return weightErrorTip(row.compared.errorB, row.compared.errorOfB);
    default:
        return {};
    }
}

} // namespace widgets
