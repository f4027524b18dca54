// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/symmetricmatrix.h"

#include <algorithm>
#include <cassert>

namespace core {

namespace {

    using Index = Eigen::Index;

    constexpr Index tileSide = 16; // transposed at a time: a cache line of floats wide

    /// to = fromᵀ, tile by tile, that rows far apart are not touched for one element each.
    template<typename From, typename To>
    void transposeInto(const From& from, To to)
    {
        using Scalar = typename To::Scalar;
        for (Index i = 0; i < to.rows(); i += tileSide)
            for (Index j = 0; j < to.cols(); j += tileSide) {
                const Index rows = std::min(tileSide, to.rows() - i);
                const Index columns = std::min(tileSide, to.cols() - j);
                for (Index column = j; column < j + columns; ++column)
                    for (Index row = i; row < i + rows; ++row)
                        to(row, column) = Scalar(from(column, row));
            }
    }

} // namespace

SymmetricMatrix::SymmetricMatrix(Index size)
    : m_panels(size)
{
}

SymmetricMatrix::SymmetricMatrix(const MatrixD& whole)
    : m_panels(whole.rows())
{
    assert(whole.rows() == whole.cols());
    for (Index i = 0; i < m_panels.count(); ++i) {
        auto panel = m_panels.panel(i);
        panel = whole.block(i * Panels::height, i * Panels::height, panel.rows(), panel.cols());
    }
}

double SymmetricMatrix::operator()(Index row, Index column) const
{
    return *(row / Panels::height <= column / Panels::height ? m_panels.at(row, column)
                                                             : m_panels.at(column, row))
                .data;
}

Eigen::VectorXd SymmetricMatrix::diagonal() const
{
    Eigen::VectorXd values(rows());
    for (Index i = 0; i < m_panels.count(); ++i) {
        const auto panel = m_panels.panel(i);
        values.segment(i * Panels::height, panel.rows()) = panel.diagonal();
    }
    return values;
}

void SymmetricMatrix::setDiagonal(const Eigen::VectorXd& values)
{
    assert(values.size() == rows());
    for (Index i = 0; i < m_panels.count(); ++i) {
        auto panel = m_panels.panel(i);
        panel.diagonal() = values.segment(i * Panels::height, panel.rows());
    }
}

template<typename To>
void SymmetricMatrix::copyPart(Index row, Index column, To& to) const
{
    using Scalar = typename To::Scalar;
    const Index height = to.rows(), width = to.cols();
    assert(row + height <= rows() && column + width <= cols());
    constexpr Index step = Panels::height;
    for (Index i = row; i < row + height;) { // rows of one panel
        const Index count = std::min(step - i % step, row + height - i);
        const Index diagonal = i / step * step;
        const Index left = std::clamp(diagonal - column, Index(0), width); // columns before it
        for (Index j = column; j < column + left;) {
            const Index columns = std::min(step - j % step, column + left - j);
            transposeInto(
                m_panels.panel(j / step).block(j % step, i - j / step * step, columns, count),
                to.block(i - row, j - column, count, columns));
            j += columns;
        }
        if (left < width)
            to.block(i - row, left, count, width - left)
                = m_panels.panel(i / step)
                      .block(i % step, column + left - diagonal, count, width - left)
                      .template cast<Scalar>();
        i += count;
    }
}

MatrixD SymmetricMatrix::block(Index row, Index column, Index height, Index width) const
{
    MatrixD result(height, width);
    copyPart(row, column, result);
    return result;
}

Matrix SymmetricMatrix::floatBlock(Index row, Index column, Index height, Index width) const
{
    Matrix result(height, width);
    copyPart(row, column, result);
    return result;
}

void SymmetricMatrix::copyFloats(Index row, Index column, MatrixBlock to) const
{
    copyPart(row, column, to);
}

SymmetricMatrix& SymmetricMatrix::operator*=(double factor)
{
    for (Index i = 0; i < m_panels.count(); ++i)
        m_panels.panel(i) *= factor;
    return *this;
}

void SymmetricMatrix::mix(double share, const SymmetricMatrix& other)
{
    assert(other.rows() == rows());
    for (Index i = 0; i < m_panels.count(); ++i) {
        auto panel = m_panels.panel(i);
        panel = share * panel + (1 - share) * other.m_panels.panel(i);
    }
}

void SymmetricMatrix::scale(const Eigen::ArrayXd& values)
{
    assert(values.size() == rows());
    for (Index i = 0; i < m_panels.count(); ++i) {
        auto panel = m_panels.panel(i);
        panel.array().colwise() *= values.segment(i * Panels::height, panel.rows());
        panel.array().rowwise() *= values.tail(panel.cols()).transpose();
    }
}

SymmetricMatrix SymmetricMatrix::permuted(std::span<const Index> order) const
{
    assert(Index(order.size()) == rows());
    SymmetricMatrix result(rows());
    for (Index i = 0; i < m_panels.count(); ++i) {
        auto panel = result.m_panels.panel(i);
        const auto own = order.subspan(std::size_t(i * Panels::height));
        for (Index row = 0; row < panel.rows(); ++row)
            for (Index column = 0; column < panel.cols(); ++column)
                panel(row, column) = (*this)(own[std::size_t(row)], own[std::size_t(column)]);
    }
    return result;
}

} // namespace core
