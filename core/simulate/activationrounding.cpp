// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/half.h"
#include "core/base/parallel.h"
#include "core/simulate/smoothing.h"

#include <algorithm>
#include <cassert>

namespace core {

namespace {

    using Index = Eigen::Index;

    constexpr Index rowsATask = 64;

    /// Calls body(row) for all rows, several rows a task.
    template<typename Body>
    void forRows(Index rows, const Progress& progress, const Body& body)
    {
        parallelFor(std::size_t((rows + rowsATask - 1) / rowsATask), [&](std::size_t task) {
            progress.checkCancelled();
            const Index first = Index(task) * rowsATask;
            for (Index row = first; row < std::min(first + rowsATask, rows); ++row)
                body(row);
        });
    }

    /// The values of one row that are kept, in 16 bits; they are 0 in the row until they are put
    /// back, so that they widen no range.
    class KeptValues {
    public:
        KeptValues(float* row, std::span<const int> columns)
            : m_row(row)
            , m_columns(columns)
        {
            for (const int column : columns) {
                m_values.push_back(halfToFloat(floatToHalf(row[column])));
                row[column] = 0;
            }
        }
        void putBack() const
        {
            for (std::size_t i = 0; i < m_columns.size(); ++i)
                m_row[m_columns[i]] = m_values[i];
        }

    private:
        float* m_row;
        std::span<const int> m_columns;
        std::vector<float> m_values;
    };

    ValueRange extremesOf(const float* values, Index count)
    {
        const auto [smallest, largest] = std::minmax_element(values, values + count);
        return { *smallest, *largest };
    }

} // namespace

void roundActivations(MatrixBlock x, const ActivationFormat& format, const IntegerGrid& grid,
    std::span<const int> kept, const Progress& progress)
{
    forRows(x.rows(), progress, [&](Index row) {
        float* values = x.row(row).data();
        const KeptValues keptValues(values, kept);
        const bool isStatic = format.scope == ActivationFormat::Scope::Static;
        roundTo(isStatic ? grid
                         : integerGrid(extremesOf(values, x.cols()), format.range.bits,
                             format.range.symmetry),
            values, std::size_t(x.cols()));
        keptValues.putBack();
    });
}

void roundRows(Matrix& W, int bits, std::span<const int> kept, const Progress& progress)
{
    forRows(W.rows(), progress, [&](Index row) {
        float* values = W.row(row).data();
        const KeptValues keptValues(values, kept);
        roundTo(integerGrid(extremesOf(values, W.cols()), bits, Symmetry::Symmetric), values,
            std::size_t(W.cols()));
        keptValues.putBack();
    });
}

} // namespace core
