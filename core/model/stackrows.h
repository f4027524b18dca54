// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/arrangedrows.h"
#include "core/model/layerspec.h"

namespace core {

/// Half of each matrix of a stack whose tensor has (matrices × rows, columns).
class HalfRows : public ArrangedRows {
public:
    HalfRows(std::vector<Tensor> raw, std::int64_t matrices, bool isSecond)
        : ArrangedRows(std::move(raw))
        , m_half(this->raw().rows / matrices / 2)
        , m_isSecond(isSecond)
    {
    }
    Matrix rows(std::int64_t first, std::int64_t count) const override;

private:
    std::int64_t m_half;
    bool m_isSecond;
};

/// Columns first, first + step, … of each (in, out) of a stack, transposed.
class StackColumns : public ArrangedRows {
public:
    StackColumns(
        std::vector<Tensor> raw, std::int64_t matrices, std::int64_t first, std::int64_t step)
        : ArrangedRows(std::move(raw))
        , m_inputs(this->raw().rows / matrices)
        , m_first(first)
        , m_step(step)
    {
    }
    Matrix rows(std::int64_t first, std::int64_t count) const override;

private:
    std::int64_t m_inputs, m_first, m_step;
};

/// Every second value of each row.
class EverySecond : public ArrangedRows {
public:
    EverySecond(std::vector<Tensor> raw, std::int64_t first)
        : ArrangedRows(std::move(raw))
        , m_first(first)
    {
    }
    Matrix rows(std::int64_t first, std::int64_t count) const override;

private:
    std::int64_t m_first;
};

/// Keys of latent attention: of each head the first rows, transposed.
class HeadKeys : public ArrangedRows {
public:
    HeadKeys(std::vector<Tensor> raw, const LatentSpec& latent)
        : ArrangedRows(std::move(raw))
        , m_keys(latent.plain)
        , m_values(latent.value)
    {
    }
    Matrix rows(std::int64_t first, std::int64_t count) const override;

private:
    std::int64_t m_keys, m_values; ///< of a head
};

} // namespace core
