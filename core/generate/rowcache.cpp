// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/keyvaluecache.h"

#include <algorithm>

namespace core {

void KeyValueCache::append(const MatrixView& keys, const MatrixView& values)
{
    const Eigen::Index length = m_length + keys.rows();
    if (length > m_keys.rows()) {
        const Eigen::Index room = std::max<Eigen::Index>(2 * m_keys.rows(), length + 64);
        m_keys.conservativeResize(room, keys.cols());
        m_values.conservativeResize(room, values.cols());
    }
    m_keys.middleRows(m_length, keys.rows()) = keys;
    m_values.middleRows(m_length, values.rows()) = values;
    m_length = length;
}

} // namespace core
