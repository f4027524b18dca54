// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/trianglepanels.h"

#include <span>

namespace core {

/// A symmetric double matrix of which only the upper triangle is stored, for sums over many tokens:
/// 4 n² bytes. Its functions run on the calling thread; reading is safe from several.
class SymmetricMatrix {
public:
    using Index = Eigen::Index;
    using Panels = TrianglePanels<double, Triangle::Upper>;

    SymmetricMatrix() = default;
    /// Zeros. Throws std::bad_alloc.
    explicit SymmetricMatrix(Index size);
    /// Takes the upper triangle of `whole`, and its diagonal blocks as they are.
    SymmetricMatrix(const MatrixD& whole);

    Index rows() const { return m_panels.size(); }
    Index cols() const { return m_panels.size(); }
    Index size() const { return rows() * rows(); }

    /// The stored panels: of the blocks on the diagonal both triangles are read.
    Panels& panels() { return m_panels; }
    const Panels& panels() const { return m_panels; }

    double operator()(Index row, Index column) const;
    Eigen::VectorXd diagonal() const;
    void setDiagonal(const Eigen::VectorXd& values);

    /// Any part, of both triangles, and the same as floats.
    MatrixD block(Index row, Index column, Index height, Index width) const;
    Matrix floatBlock(Index row, Index column, Index height, Index width) const;
    /// The part of the size of `to` from (row, column) on.
    void copyFloats(Index row, Index column, MatrixBlock to) const;
    MatrixD dense() const { return block(0, 0, rows(), cols()); }

    SymmetricMatrix& operator*=(double factor);
    /// this = share · this + (1 − share) · other. Of equal size.
    void mix(double share, const SymmetricMatrix& other);
    /// Element (i, j) becomes values(i) · this(i, j) · values(j).
    void scale(const Eigen::ArrayXd& values);
    /// Row and column i of the result are `order[i]` of this.
    SymmetricMatrix permuted(std::span<const Index> order) const;

private:
    template<typename To>
    void copyPart(Index row, Index column, To& to) const;

    Panels m_panels;
};

} // namespace core
