// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/rowcache.h"

#include <algorithm>

namespace core {

void RowCache::append(const MatrixView& rows)
{
    const Eigen::Index length = m_length + rows.rows();
    if (length > m_rows.rows()) {
        const Eigen::Index room = std::max<Eigen::Index>(2 * m_rows.rows(), length + 64);
        m_rows.conservativeResize(room, rows.cols());
    }
    m_rows.middleRows(m_length, rows.rows()) = rows;
    m_length = length;
}

} // namespace core
