// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/tensormodel.h"

#include "widgets/models/tensortip.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace widgets {

namespace {

    // internalId of a top-level row is 0, of a tensor inside a layer 1 + the layer's row.
    constexpr quintptr topLevel = 0;

    TensorColumn columnOf(const QModelIndex& index) { return TensorColumn(index.column()); }

} // namespace

TensorModel::TensorModel(QObject* parent)
    : QAbstractItemModel(parent)
{
}

void TensorModel::setTensors(std::vector<TensorRow> rows)
{
    beginResetModel();
    m_rows = std::move(rows);
    m_largest.fill({});
    m_values.fill({});
    m_pending.clear();
    m_errors.fill(0);
    for (int tensor = 0; tensor < tensorCount(); ++tensor)
        countErrors(tensor, 1);
    arrange();
    endResetModel();
}

void TensorModel::countErrors(int tensor, int by)
{
    for (int column = 0; column < tensorColumnCount; ++column)
        if (const auto ofWeights = TensorColumns::ofWeights(TensorColumn(column)))
            for (const TensorColumn each : { TensorColumn(column), *ofWeights })
                if (TensorCells::valueOf(row(tensor), each))
                    m_errors[std::size_t(each)] += by;
}

void TensorModel::setShape(Shape shape)
{
    if (shape == m_shape)
        return;
    beginResetModel();
    m_shape = shape;
    m_pending.clear();
    arrange();
    endResetModel();
}

void TensorModel::arrange()
{
    m_entries.clear();
    m_standing.clear();
    for (int tensor = 0; tensor < tensorCount(); ++tensor) {
        const int layer = row(tensor).place.layer;
        if (layer < 0 || m_shape == Shape::Flat) {
            m_standing.push_back({ int(m_entries.size()), -1 });
            m_entries.push_back({ tensor, -1, {} });
            continue;
        }
        if (m_entries.empty() || m_entries.back().layer != layer)
            m_entries.push_back({ -1, layer, {} });
        std::vector<int>& tensors = m_entries.back().tensors;
        m_standing.push_back({ int(m_entries.size()) - 1, int(tensors.size()) });
        tensors.push_back(tensor);
    }
}

int TensorModel::tensorAt(const QModelIndex& index) const
{
    if (!index.isValid())
        return -1;
    if (index.internalId() == topLevel)
        return m_entries[std::size_t(index.row())].tensor;
    return m_entries[index.internalId() - 1].tensors[std::size_t(index.row())];
}

int TensorModel::layerAt(const QModelIndex& index) const
{
    return index.isValid() && index.internalId() == topLevel
        ? m_entries[std::size_t(index.row())].layer
        : -1;
}

QModelIndex TensorModel::indexOf(int tensor, TensorColumn column) const
{
    if (tensor < 0 || tensor >= tensorCount())
        return {};
    const auto [entry, inLayer] = m_standing[std::size_t(tensor)];
    return inLayer < 0 ? createIndex(entry, int(column), topLevel)
                       : createIndex(inLayer, int(column), quintptr(entry) + 1);
}

TensorModel::Together::Together(TensorModel& model)
    : m_model(model)
{
    ++m_model.m_together;
}

TensorModel::Together::~Together()
{
    if (--m_model.m_together > 0)
        return;
    for (const auto& [columns, changes] : std::exchange(m_model.m_pending, {}))
        m_model.show(changes, columns.first, columns.second);
}

std::optional<double> TensorModel::value(int tensor, TensorColumn column) const
{
    std::vector<double>& values = m_values[std::size_t(column)];
    if (values.empty())
        for (const TensorRow& each : m_rows)
            values.push_back(TensorCells::valueOf(each, column).value_or(NAN));
    const double value = values[std::size_t(tensor)];
    return std::isnan(value) ? std::nullopt : std::optional(value);
}

void TensorModel::changed(int tensor, TensorColumn first, TensorColumn last)
{
    for (int column = int(first); column <= int(last); ++column) {
        m_largest[std::size_t(column)].reset();
        m_values[std::size_t(column)].clear();
    }
    const auto [entry, inLayer] = m_standing[std::size_t(tensor)];
    if (m_together == 0)
        return show({ { entry, { inLayer, inLayer } } }, first, last);
    const auto [found, isNew]
        = m_pending[{ first, last }].emplace(entry, std::pair(inLayer, inLayer));
    if (!isNew)
        found->second
            = { std::min(found->second.first, inLayer), std::max(found->second.second, inLayer) };
}

void TensorModel::show(const Changes& changes, TensorColumn first, TensorColumn last)
{
    for (const auto& [entry, rows] : changes)
        if (rows.first >= 0)
            emit dataChanged(createIndex(rows.first, int(first), quintptr(entry) + 1),
                createIndex(rows.second, int(last), quintptr(entry) + 1));
    emit dataChanged(createIndex(changes.begin()->first, int(first), topLevel),
        createIndex(changes.rbegin()->first, int(last), topLevel));
    bool rescaled = false; // a bar column's largest value may have moved, and all bars with it
    for (int column = int(first); column <= int(last); ++column)
        rescaled = rescaled || TensorColumns::hasBar(TensorColumn(column));
    if (rescaled)
        emit dataChanged(createIndex(0, int(first), topLevel),
            createIndex(int(m_entries.size()) - 1, int(last), topLevel), { BarRole });
}

void TensorModel::setWeights(int tensor, std::optional<WeightFacts> facts)
{
    m_rows[std::size_t(tensor)].weights = std::move(facts);
    changed(tensor, TensorColumn::Kurtosis, TensorColumn::Outliers);
}

void TensorModel::setRoundingError(int tensor, std::optional<double> error, ErrorOf of)
{
    TensorRow& row = m_rows[std::size_t(tensor)];
    if (row.roundingError == error && row.roundingErrorOf == of)
        return;
    countErrors(tensor, -1);
    row.roundingError = error;
    row.roundingErrorOf = of;
    countErrors(tensor, 1);
    changed(tensor, TensorColumn::RoundingError, TensorColumn::RoundingError);
    changed(tensor, TensorColumn::RoundingWeightError, TensorColumn::RoundingWeightError);
}

void TensorModel::setLoss(int tensor, const LossFacts& loss)
{
    if (m_rows[std::size_t(tensor)].loss == loss)
        return;
    m_rows[std::size_t(tensor)].loss = loss;
    changed(tensor, TensorColumn::PredictedLoss, TensorColumn::PredictedLoss);
}

void TensorModel::setInputs(int tensor, std::optional<InputFacts> facts)
{
    m_rows[std::size_t(tensor)].inputs = std::move(facts);
    changed(tensor, TensorColumn::InputMax, TensorColumn::InputOutliers);
}

void TensorModel::setRecipe(int tensor, const core::Format* format, const core::Format* wanted)
{
    TensorRow& row = m_rows[std::size_t(tensor)];
    if (row.recipeFormat == format && row.wantedFormat == wanted)
        return;
    row.recipeFormat = format;
    row.wantedFormat = wanted;
    changed(tensor, TensorColumn::RecipeFormat, TensorColumn::RecipeSize);
}

void TensorModel::setRun(int tensor, RunFacts facts)
{
    countErrors(tensor, -1);
    m_rows[std::size_t(tensor)].run = std::move(facts);
    countErrors(tensor, 1);
    changed(tensor, TensorColumn::State, TensorColumn::Change);
    changed(tensor, TensorColumn::RunWeightError, TensorColumn::RunWeightError);
}

void TensorModel::setCompared(int tensor, ComparedFacts facts)
{
    countErrors(tensor, -1);
    m_rows[std::size_t(tensor)].compared = facts;
    countErrors(tensor, 1);
    changed(tensor, TensorColumn::FormatA, TensorColumn::ErrorDifference);
    changed(tensor, TensorColumn::WeightErrorA, TensorColumn::WeightErrorDifference);
}

void TensorModel::setExported(int tensor, std::optional<ExportFacts> facts)
{
    m_rows[std::size_t(tensor)].exported = facts;
    changed(tensor, TensorColumn::Type, TensorColumn::ReadBack);
}

QModelIndex TensorModel::index(int row, int column, const QModelIndex& parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, parent.isValid() ? quintptr(parent.row() + 1) : topLevel);
}

QModelIndex TensorModel::parent(const QModelIndex& child) const
{
    if (!child.isValid() || child.internalId() == topLevel)
        return {};
    return createIndex(int(child.internalId()) - 1, 0, topLevel);
}

int TensorModel::rowCount(const QModelIndex& parent) const
{
    if (!parent.isValid())
        return int(m_entries.size());
    if (parent.internalId() != topLevel || parent.column() != 0)
        return 0;
    return int(m_entries[std::size_t(parent.row())].tensors.size());
}

int TensorModel::columnCount(const QModelIndex&) const { return tensorColumnCount; }

std::vector<const TensorRow*> TensorModel::rowsOf(const Entry& entry) const
{
    std::vector<const TensorRow*> rows;
    for (const int tensor : entry.tensors)
        rows.push_back(&row(tensor));
    return rows;
}

QList<int> TensorModel::tensorsAt(const QModelIndex& index) const
{
    const int tensor = tensorAt(index);
    if (tensor >= 0)
        return { tensor };
    const std::vector<int>& tensors = m_entries[std::size_t(index.row())].tensors;
    return { tensors.begin(), tensors.end() };
}

TensorCell TensorModel::cell(const QModelIndex& index) const
{
    const int tensor = tensorAt(index);
    if (tensor < 0) {
        const Entry& entry = m_entries[std::size_t(index.row())];
        if (columnOf(index) == TensorColumn::Tensor)
            return { TensorCells::layerTitle(entry.layer), TensorCell::Tone::Strong, {} };
        return TensorCells::ofLayer(rowsOf(entry), columnOf(index));
    }
    if (columnOf(index) == TensorColumn::Tensor && m_shape == Shape::Flat)
        return { row(tensor).name, TensorCell::Tone::Normal, {} };
    return TensorCells::of(row(tensor), columnOf(index));
}

QVariant TensorModel::bar(const QModelIndex& index) const
{
    const int tensor = tensorAt(index);
    if (tensor < 0 || !TensorColumns::hasBar(columnOf(index)))
        return {};
    std::optional<double>& largest = m_largest[std::size_t(index.column())];
    if (!largest) {
        largest = 0;
        for (int each = 0; each < tensorCount(); ++each)
            if (row(each).isMatrix())
                largest = std::max(*largest, value(each, columnOf(index)).value_or(0));
    }
    const auto own = value(tensor, columnOf(index));
    if (!own || *largest <= 0)
        return {};
    constexpr double linearUpTo = 50; // beyond, one massive value would leave nothing of the others
    if (*largest > linearUpTo)
        return std::log1p(std::max(0.0, *own)) / std::log1p(*largest);
    return std::clamp(*own / *largest, 0.0, 1.0);
}

QVariant TensorModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return cell(index).text;
    case Qt::TextAlignmentRole:
        return QVariant((TensorColumns::isNumber(columnOf(index)) ? Qt::AlignRight : Qt::AlignLeft)
            | Qt::AlignVCenter);
    case Qt::ToolTipRole:
        return tensorAt(index) < 0 ? QString() : tensorTip(row(tensorAt(index)), columnOf(index));
    case Qt::AccessibleTextRole:
        return tr("%1: %2", "column: value")
            .arg(TensorColumns::title(columnOf(index)), cell(index).text);
    case ValueRole: {
        const auto value = cell(index).value;
        return value ? QVariant(*value) : QVariant();
    }
    case ToneRole:
        return QVariant::fromValue(int(cell(index).tone));
    case BarRole:
        return bar(index);
    case TensorsRole:
        return QVariant::fromValue(tensorsAt(index));
    case FormatRole:
        return tensorAt(index) < 0 ? QVariant()
                                   : QVariant::fromValue(row(tensorAt(index)).recipeFormat);
    case StateRole:
        return tensorAt(index) < 0 ? QVariant() : QVariant(int(row(tensorAt(index)).run.state));
    case PredictedRole:
        return columnOf(index) == TensorColumn::PredictedLoss && tensorAt(index) >= 0
            && !row(tensorAt(index)).loss.measured;
    default:
        return {};
    }
}

QVariant TensorModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= tensorColumnCount)
        return {};
    const auto column = TensorColumn(section);
    switch (role) {
    case Qt::DisplayRole:
        return TensorColumns::title(column);
    case Qt::ToolTipRole:
        return TensorColumns::tip(column);
    case Qt::TextAlignmentRole:
        return QVariant(
            (TensorColumns::isNumber(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    default:
        return {};
    }
}

Qt::ItemFlags TensorModel::flags(const QModelIndex& index) const
{
    if (!index.isValid())
        return Qt::NoItemFlags;
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    const int tensor = tensorAt(index);
    if (columnOf(index) == TensorColumn::RecipeFormat && tensor >= 0 && row(tensor).isMatrix())
        flags |= Qt::ItemIsEditable;
    return flags;
}

} // namespace widgets
