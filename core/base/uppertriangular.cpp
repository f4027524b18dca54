// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/uppertriangular.h"

#include <algorithm>
#include <cassert>

namespace core {

using Index = Eigen::Index;

Matrix UpperTriangular::block(Index row, Index column, Index height, Index width) const
{
    assert(row + height <= rows() && column + width <= cols());
    Matrix result(height, width);
    for (Index i = 0; i < height; ++i) {
        const Index zeros = std::clamp(row + i - column, Index(0), width);
        auto values = result.row(i);
        values.head(zeros).setZero();
        if (zeros < width)
            std::copy_n(
                m_panels.at(row + i, column + zeros).data, width - zeros, values.data() + zeros);
    }
    return result;
}

UpperTriangular::Rows::Rows(const UpperTriangular& of, Index first, Index height)
    : m_first(first)
    , m_height(height)
{
    assert(height > 0);
    if (first / Panels::height == (first + height - 1) / Panels::height) {
        m_values = of.m_panels.at(first, first);
        return;
    }
    m_copy = of.block(first, first, height, of.cols() - first);
    m_values = { m_copy.data(), m_copy.cols() };
}

MatrixView UpperTriangular::Rows::columns(Index first, Index width) const
{
    assert(first >= m_first);
    return Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>(
        m_values.data + first - m_first, m_height, width, Eigen::OuterStride<>(m_values.stride));
}

void UpperTriangular::scaleColumns(const Vector& values)
{
    assert(values.size() == cols());
    for (Index i = 0; i < m_panels.count(); ++i) {
        auto panel = m_panels.panel(i);
        panel.array().rowwise() *= values.tail(panel.cols()).transpose().array();
    }
}

} // namespace core
