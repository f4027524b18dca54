// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/tensorfilter.h"

#include <algorithm>
#include <cmath>

namespace widgets {

namespace {

    std::optional<double> quantityOf(const TensorRow& row, FilterTerm::Quantity quantity)
    {
        using Quantity = FilterTerm::Quantity;
        const auto value
            = [&row](TensorColumn column) { return TensorCells::of(row, column).value; };
        switch (quantity) {
        case Quantity::Kurtosis:
            return value(TensorColumn::Kurtosis);
        case Quantity::Absmax:
            return value(TensorColumn::Absmax);
        case Quantity::Outliers:
            return value(TensorColumn::Outliers);
        case Quantity::Error: // of outputs before weights, measured before foreseen
            for (const TensorColumn column : { TensorColumn::OutputError,
                     TensorColumn::RoundingError, TensorColumn::RunWeightError })
                if (const auto error = value(column))
                    return error;
            return value(TensorColumn::RoundingWeightError);
        case Quantity::Size:
            return double(row.recipeFormat ? row.recipeBytes() : row.bytes);
        case Quantity::Bits:
            return value(row.recipeFormat ? TensorColumn::RecipeBits : TensorColumn::FormatBits);
        case Quantity::Parameters:
            return double(row.parameters());
        }
        return {};
    }

    /// What a tensor is among experts, by its name in a GGUF: of models that are not computed, too.
    std::optional<FilterTerm::Kind> expertKind(const QString& name)
    {
        using Kind = FilterTerm::Kind;
        if (name.contains(QLatin1String("_shexp")))
            return Kind::Shared;
        if (name.contains(QLatin1String("_exps")))
            return Kind::Experts;
        if (name.contains(QLatin1String("ffn_gate_inp"))
            || name.contains(QLatin1String("exp_probs_b")))
            return Kind::Router;
        return std::nullopt;
    }

    bool holds(const FilterTerm& term, const TensorRow& row)
    {
        using Kind = FilterTerm::Kind;
        const auto quantity = [&] { return quantityOf(row, term.quantity); };
        const auto contains = [&term](const QString& name) {
            return name.contains(term.text, Qt::CaseInsensitive);
        };
        const auto isFormat = [&term](const core::Format* format) {
            return formatName(format).compare(term.text, Qt::CaseInsensitive) == 0;
        };
        switch (term.kind) {
        case Kind::Word:
            return contains(row.name) || contains(row.sourceName);
        case Kind::Format:
            return isFormat(row.format) || isFormat(row.recipeFormat);
        case Kind::Layers:
            return row.place.layer >= 0 && row.place.layer >= term.low
                && row.place.layer <= term.high;
        case Kind::Outliers:
            return quantityOf(row, FilterTerm::Quantity::Outliers).value_or(0) > 0
                || (row.inputs && !row.inputs->outliers.empty());
        case Kind::Experts:
        case Kind::Shared:
        case Kind::Router:
            return expertKind(row.name) == term.kind;
        case Kind::Mixer:
            return row.mixer == term.mixer;
        // An unknown value compares with nothing: NaN makes each of these false.
        case Kind::Above:
            return quantity().value_or(NAN) > term.low;
        case Kind::AtLeast:
            return quantity().value_or(NAN) >= term.low;
        case Kind::Below:
            return quantity().value_or(NAN) < term.low;
        case Kind::AtMost:
            return quantity().value_or(NAN) <= term.low;
        case Kind::Equal:
            return quantity().value_or(NAN) == term.low;
        }
        return true;
    }

} // namespace

TensorFilter::TensorFilter(TensorModel& model, QObject* parent)
    : QSortFilterProxyModel(parent)
    , m_model(model)
{
    setRecursiveFilteringEnabled(true);
    setDynamicSortFilter(true);
    setSourceModel(&model);
}

void TensorFilter::setFilter(const QString& filter)
{
    m_terms = parseFilter(filter);
    filterAgain();
}

void TensorFilter::setNormsShown(bool shown)
{
    m_normsShown = shown;
    filterAgain();
}

void TensorFilter::filterAgain()
{
    if (changesAtOnce())
        invalidate(); // in pieces, each piece would cost as much as all rows
    else
        invalidateRowsFilter();
}

int TensorFilter::shownTensors() const
{
    int shown = 0;
    for (int top = 0; top < rowCount(); ++top) {
        const QModelIndex entry = index(top, 0);
        shown += tensorAt(entry) >= 0 ? 1 : rowCount(entry);
    }
    return shown;
}

bool TensorFilter::accepts(const TensorRow& row) const
{
    const bool asked = std::ranges::any_of(
        m_terms, [](const FilterTerm& term) { return term.kind == FilterTerm::Kind::Router; });
    if (!m_normsShown && !row.isMatrix() && !asked)
        return false;
    return std::all_of(m_terms.begin(), m_terms.end(),
        [&row](const FilterTerm& term) { return holds(term, row); });
}

bool TensorFilter::filterAcceptsRow(int row, const QModelIndex& parent) const
{
    const int tensor = m_model.tensorAt(m_model.index(row, 0, parent));
    return tensor >= 0 && accepts(m_model.row(tensor)); // layers follow their tensors
}

bool TensorFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const
{
    const int leftTensor = m_model.tensorAt(left);
    const int rightTensor = m_model.tensorAt(right);
    const bool ascending = sortOrder() == Qt::AscendingOrder;
    const auto before = [ascending](auto a, auto b) { return ascending ? a < b : b < a; };
    // Beside layers everything keeps the model's order, whichever way the column is sorted.
    const bool beside = !left.parent().isValid() && m_model.shape() == TensorModel::Shape::Tree;
    if (beside)
        return before(left.row(), right.row());
    const auto column = TensorColumn(left.column());
    const auto leftValue = m_model.value(leftTensor, column);
    const auto rightValue = m_model.value(rightTensor, column);
    if (leftValue.has_value() != rightValue.has_value())
        return before(!leftValue, !rightValue); // unknown stands last
    if (leftValue && *leftValue != *rightValue)
        return *leftValue < *rightValue;
    if (!leftValue) {
        const int order = left.data().toString().compare(right.data().toString());
        if (order != 0)
            return order < 0;
    }
    return before(leftTensor, rightTensor);
}

} // namespace widgets
