// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/tensorcells.h"

#include <QAbstractItemModel>

#include <array>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace widgets {

/// The tensors of a model by layer: token_embd, Layer 0 (its tensors), …, output; or, flat, all of
/// them in one list. Columns are TensorColumn. Tensors are numbered as given to setTensors().
class TensorModel : public QAbstractItemModel {
    Q_OBJECT

public:
    enum Role {
        ValueRole = Qt::UserRole, ///< double the column sorts by; invalid if there is none
        ToneRole, ///< TensorCell::Tone
        BarRole, ///< 0 … 1 of the column's largest value; invalid without a bar
        TensorsRole, ///< QList<int>: the tensor, or the layer's
        FormatRole, ///< const core::Format*: the recipe's
        StateRole, ///< RunFacts::State
        PredictedRole, ///< whether the value is predicted, not measured: its bar is hollow
    };
    enum class Shape { Tree, Flat };

    explicit TensorModel(QObject* parent = nullptr);

    void setTensors(std::vector<TensorRow> rows);
    void setShape(Shape shape);
    Shape shape() const { return m_shape; }

    int tensorCount() const { return int(m_rows.size()); }
    const TensorRow& row(int tensor) const { return m_rows[std::size_t(tensor)]; }
    /// The tensor of an index; −1 for a layer and for no index.
    int tensorAt(const QModelIndex& index) const;
    int layerAt(const QModelIndex& index) const; ///< −1 for a tensor
    QModelIndex indexOf(int tensor, TensorColumn column = TensorColumn::Tensor) const;

    /// What is set while one lives is shown once, when the last one goes: for all tensors at a
    /// time.
    class Together {
    public:
        explicit Together(TensorModel& model);
        ~Together();
        Together(const Together&) = delete;
        Together& operator=(const Together&) = delete;

    private:
        TensorModel& m_model;
    };

    /// What a column sorts and filters by; none if there is none.
    std::optional<double> value(int tensor, TensorColumn column) const;
    /// Whether any tensor has an error in `column`, which is one of errors.
    bool hasErrors(TensorColumn column) const { return m_errors[std::size_t(column)] > 0; }

    // What is known of a tensor; each redraws what shows it.
    void setWeights(int tensor, std::optional<WeightFacts> facts);
    void setRoundingError(int tensor, std::optional<double> error, ErrorOf of = ErrorOf::Output);
    void setLoss(int tensor, const LossFacts& loss);
    void setInputs(int tensor, std::optional<InputFacts> facts);
    void setRecipe(int tensor, const core::Format* format, const core::Format* wanted);
    void setRun(int tensor, RunFacts facts);
    void setCompared(int tensor, ComparedFacts facts);
    void setExported(int tensor, std::optional<ExportFacts> facts);

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

private:
    /// A row of the top level: a tensor, or a layer with its tensors.
    struct Entry {
        int tensor = -1;
        int layer = -1;
        std::vector<int> tensors;
    };
    /// Where a tensor stands: among the entries, and in its layer (−1: it is an entry itself).
    struct Standing {
        int entry = -1;
        int row = -1;
    };
    /// Rows that changed, by entry: the first and the last in the layer.
    using Changes = std::map<int, std::pair<int, int>>;

    void arrange();
    void countErrors(int tensor, int by);
    void changed(int tensor, TensorColumn first, TensorColumn last);
    void show(const Changes& changes, TensorColumn first, TensorColumn last);
    TensorCell cell(const QModelIndex& index) const;
    QVariant bar(const QModelIndex& index) const;
    QList<int> tensorsAt(const QModelIndex& index) const;
    std::vector<const TensorRow*> rowsOf(const Entry& entry) const;

    std::vector<TensorRow> m_rows;
    std::vector<Entry> m_entries;
    std::vector<Standing> m_standing; ///< by tensor
    Shape m_shape = Shape::Tree;
    int m_together = 0; ///< that live
    std::array<int, std::size_t(tensorColumnCount)>
        m_errors{}; ///< tensors that have one, by column
    std::map<std::pair<TensorColumn, TensorColumn>, Changes> m_pending;
    mutable std::array<std::optional<double>, std::size_t(tensorColumnCount)> m_largest;
    /// By column and tensor, NaN: none. Empty: not looked at since it changed.
    mutable std::array<std::vector<double>, std::size_t(tensorColumnCount)> m_values;
};

} // namespace widgets
