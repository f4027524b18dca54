// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/blas.h"
#include "core/base/pages.h"

#include <Eigen/Core>

#include <algorithm>
#include <vector>

namespace core {

enum class Triangle { Upper, Lower };

/// One triangle of a square matrix, in panels of 256 rows: half its bytes. A panel has the columns
/// from its first row's diagonal on (upper) or up to its last row's (lower), row-major, so the
/// blocks on the diagonal are whole. Zeros at first. Each panel can be released by itself. Reading,
/// and writing to different elements, is safe from several threads.
template<typename Scalar, Triangle triangle>
class TrianglePanels {
public:
    using Index = Eigen::Index;
    using Values = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    static constexpr Index height = 256; ///< rows of a panel; the last may have fewer

    TrianglePanels() = default;
    /// Throws std::bad_alloc.
    explicit TrianglePanels(Index size)
        : m_size(size)
    {
        for (Index first = 0; first < size; first += height)
            m_panels.emplace_back(std::size_t(rowsOf(first) * columnsOf(first)) * sizeof(Scalar));
    }

    Index size() const { return m_size; } ///< rows, and columns, of the whole matrix
    Index count() const { return Index(m_panels.size()); }

    /// A panel, to read and to write.
    Eigen::Map<Values> panel(Index i)
    {
        const Index first = i * height;
        return { static_cast<Scalar*>(m_panels[std::size_t(i)].data()), rowsOf(first),
            columnsOf(first) };
    }
    Eigen::Map<const Values> panel(Index i) const
    {
        const Index first = i * height;
        return { static_cast<const Scalar*>(m_panels[std::size_t(i)].data()), rowsOf(first),
            columnsOf(first) };
    }
    /// The first column of a panel.
    static Index firstColumn(Index i) { return triangle == Triangle::Upper ? i * height : 0; }

    /// From an element of the triangle on, inside its panel.
    blas::Block<Scalar> at(Index row, Index column)
    {
        return { panel(row / height).data() + offset(row, column), columnsOf(row) };
    }
    blas::Block<const Scalar> at(Index row, Index column) const
    {
        return { panel(row / height).data() + offset(row, column), columnsOf(row) };
    }

    void release(Index i) { m_panels[std::size_t(i)] = Pages(); }

private:
    Index rowsOf(Index first) const { return std::min(height, m_size - first); }
    Index columnsOf(Index row) const
    {
        const Index first = row / height * height;
        return triangle == Triangle::Upper ? m_size - first : first + rowsOf(first);
    }
    Index offset(Index row, Index column) const
    {
        return row % height * columnsOf(row) + column - firstColumn(row / height);
    }

    Index m_size = 0;
    std::vector<Pages> m_panels;
};

} // namespace core
