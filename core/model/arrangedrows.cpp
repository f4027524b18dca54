// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/arrangedrows.h"

namespace core {

std::string ArrangedRows::grid() const { return gridOf(raw()); }

std::vector<std::span<const std::byte>> ArrangedRows::parts() const
{
    std::vector<std::span<const std::byte>> parts;
    for (const Tensor& raw : m_raw) {
        const auto own = raw.source ? raw.source->parts() : std::vector{ raw.bytes };
        parts.insert(parts.end(), own.begin(), own.end());
    }
    return parts;
}

void ArrangedRows::requireUnchanged() const
{
    for (const Tensor& raw : m_raw)
        core::requireUnchanged(raw);
}

Matrix OrderedRows::rows(std::int64_t first, std::int64_t count) const
{
    Matrix values(count, raw().columns);
    const auto storedAt = [&](std::int64_t row) { return m_order[std::size_t(first + row)]; };
    for (std::int64_t row = 0, run = 1; row < count; row += run) {
        for (run = 1; row + run < count && storedAt(row + run) == storedAt(row) + run;)
            ++run;
        values.middleRows(row, run) = decodeRows(raw(), storedAt(row), run);
    }
    return values;
}

const Format* OrderedRows::exactFormat() const
{
    return raw().source ? raw().source->exactFormat() : nullptr;
}

float OrderedRows::tensorScale() const { return raw().source ? raw().source->tensorScale() : 1.0f; }

std::vector<std::byte> OrderedRows::exactRows(
    const Format& format, std::int64_t first, std::int64_t count) const
{
    std::vector<std::byte> bytes;
    for (std::int64_t row = first; row < first + count; ++row) {
        const auto one = raw().source->exactRows(format, m_order[std::size_t(row)], 1);
        bytes.insert(bytes.end(), one.begin(), one.end());
    }
    return bytes;
}

Matrix OrderedColumns::rows(std::int64_t first, std::int64_t count) const
{
    return decodeRows(raw(), first, count)(Eigen::all, m_order);
}

} // namespace core
