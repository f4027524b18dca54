// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/rowsource.h"
#include "core/model/tensor.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace core {

/// What all arrangements have in common: the stored tensors, kept mapped.
class ArrangedRows : public RowSource {
public:
    explicit ArrangedRows(std::vector<Tensor> raw)
        : m_raw(std::move(raw))
    {
    }
    std::string grid() const override;
    std::vector<std::span<const std::byte>> parts() const override;
    void requireUnchanged() const override;

protected:
    const Tensor& raw() const { return m_raw.front(); }
    const std::vector<Tensor>& all() const { return m_raw; }

private:
    std::vector<Tensor> m_raw;
};

/// Rows in another order: row i of the tensor is stored row order[i].
class OrderedRows : public ArrangedRows {
public:
    OrderedRows(std::vector<Tensor> raw, std::vector<std::int64_t> order)
        : ArrangedRows(std::move(raw))
        , m_order(std::move(order))
    {
    }
    Matrix rows(std::int64_t first, std::int64_t count) const override;
    const Format* exactFormat() const override;
    float tensorScale() const override;
    std::vector<std::byte> exactRows(
        const Format& format, std::int64_t first, std::int64_t count) const override;

private:
    std::vector<std::int64_t> m_order;
};

/// Columns in another order: column i of the tensor is stored column order[i].
class OrderedColumns : public ArrangedRows {
public:
    OrderedColumns(std::vector<Tensor> raw, std::vector<std::int64_t> order)
        : ArrangedRows(std::move(raw))
        , m_order(std::move(order))
    {
    }
    Matrix rows(std::int64_t first, std::int64_t count) const override;

private:
    std::vector<std::int64_t> m_order;
};

} // namespace core
