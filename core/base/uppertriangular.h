// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/trianglepanels.h"

namespace core {

/// An upper triangular float matrix, stored without what is below its diagonal: 2 n² bytes. Its
/// functions run on the calling thread; reading is safe from several.
class UpperTriangular {
public:
    using Index = Eigen::Index;
    using Panels = TrianglePanels<float, Triangle::Upper>;

    UpperTriangular() = default;
    explicit UpperTriangular(Panels panels)
        : m_panels(std::move(panels))
    {
    }

    Index rows() const { return m_panels.size(); }
    Index cols() const { return m_panels.size(); }
    Index size() const { return rows() * rows(); }

    /// Any part, zeros below the diagonal.
    Matrix block(Index row, Index column, Index height, Index width) const;
    Matrix dense() const { return block(0, 0, rows(), cols()); }

    /// Some rows from the column of the first one's diagonal on: where they lie if that is in one
    /// panel, else copied. No longer than the matrix.
    class Rows {
    public:
        Rows(const UpperTriangular& of, Index first, Index height);
        Rows(const Rows&) = delete;
        Rows& operator=(const Rows&) = delete;
        /// Columns of the matrix, none of them before the first row's diagonal.
        MatrixView columns(Index first, Index width) const;

    private:
        Index m_first, m_height;
        Matrix m_copy; ///< empty where they are not copied
        blas::Block<const float> m_values;
    };

    /// Each column times its value.
    void scaleColumns(const Vector& values);

private:
    Panels m_panels;
};

} // namespace core
