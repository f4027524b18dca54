// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/decodedrows.h"

#include "core/base/parallel.h"
#include "core/base/vectormath.h"
#include "core/files/rowsource.h"

#include <algorithm>

namespace core {

DecodedRows::DecodedRows(const Tensor& tensor)
    : m_tensor(tensor)
    , m_isFinite(std::size_t(tensor.rows), 1)
{
}

MatrixRows DecodedRows::source()
{
    return { std::size_t(m_tensor.rows), std::size_t(m_tensor.columns),
        [this](std::size_t first, std::size_t count, std::vector<float>& room) {
            return at(first, count, room);
        } };
}

MatrixRows::Rows DecodedRows::at(std::size_t first, std::size_t count, std::vector<float>& room)
{
    const auto columns = std::size_t(m_tensor.columns);
    const Format& format = *m_tensor.format;
    room.resize(count * columns);
    if (m_tensor.source)
        Eigen::Map<Matrix>(room.data(), Eigen::Index(count), m_tensor.columns)
            = m_tensor.source->rows(std::int64_t(first), std::int64_t(count));
    else
        format.decodeBlocks(m_tensor.bytes.data() + first * format.rowBytes(columns),
            room.size() / std::size_t(format.blockSize), room.data());
    bool areFinite = true;
    for (std::size_t i = 0; i < count; ++i) {
        m_isFinite[first + i] = vectormath::allFinite(room.data() + i * columns, columns);
        areFinite = areFinite && m_isFinite[first + i];
    }
    return { areFinite ? room.data() : nullptr, columns };
}

void DecodedRows::look(const Progress& progress)
{
    constexpr std::size_t weightsATask = 1 << 18; // about 100 µs
    const auto rows = std::size_t(m_tensor.rows);
    const std::size_t step = std::max<std::size_t>(1, weightsATask / std::size_t(m_tensor.columns));
    parallelFor((rows + step - 1) / step, progress, [&](std::size_t task) {
        std::vector<float> room;
        at(task * step, std::min(step, rows - task * step), room);
    });
}

void DecodedRows::requireFinite() const
{
    requireUnchanged(m_tensor); // first: what is torn may be anything
    const auto bad = std::ranges::find(m_isFinite, 0);
    if (bad == m_isFinite.end())
        return;
    const std::int64_t row = bad - m_isFinite.begin();
    core::requireFinite(m_tensor, decodeRows(m_tensor, row, 1), row);
}

} // namespace core
