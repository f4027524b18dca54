// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/stackrows.h"

#include <algorithm>

namespace core {

Matrix HalfRows::rows(std::int64_t first, std::int64_t count) const
{
    Matrix values(count, raw().columns);
    for (std::int64_t row = 0; row < count;) {
        const std::int64_t at = first + row, inside = at % m_half;
        const std::int64_t taken = std::min(count - row, m_half - inside);
        values.middleRows(row, taken) = decodeRows(
            raw(), at / m_half * 2 * m_half + (m_isSecond ? m_half : 0) + inside, taken);
        row += taken;
    }
    return values;
}

Matrix StackColumns::rows(std::int64_t first, std::int64_t count) const
{
    const std::int64_t outputs = raw().columns / m_step;
    Matrix values(count, m_inputs);
    for (std::int64_t row = 0; row < count;) {
        const std::int64_t matrix = (first + row) / outputs, inside = (first + row) % outputs;
        const std::int64_t taken = std::min(count - row, outputs - inside);
        const Matrix all = decodeRows(raw(), matrix * m_inputs, m_inputs);
        for (std::int64_t i = 0; i < taken; ++i)
            values.row(row + i) = all.col(m_first + (inside + i) * m_step).transpose();
        row += taken;
    }
    return values;
}

Matrix EverySecond::rows(std::int64_t first, std::int64_t count) const
{
    const Matrix all = decodeRows(raw(), first, count);
    Matrix values(count, raw().columns / 2);
    for (std::int64_t i = 0; i < values.cols(); ++i)
        values.col(i) = all.col(m_first + 2 * i);
    return values;
}

Matrix HeadKeys::rows(std::int64_t first, std::int64_t count) const
{
    Matrix values(count, m_keys);
    const std::int64_t rank = raw().columns;
    for (std::int64_t row = 0; row < count;) {
        const std::int64_t head = (first + row) / rank, inside = (first + row) % rank;
        const std::int64_t taken = std::min(count - row, rank - inside);
        values.middleRows(row, taken) = decodeRows(raw(), head * (m_keys + m_values), m_keys)
                                            .middleCols(inside, taken)
                                            .transpose();
        row += taken;
    }
    return values;
}

} // namespace core
