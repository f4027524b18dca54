// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/lazy.h"
#include "core/files/rowsource.h"
#include "core/files/storedtensor.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace core {

/// The rows of a weight that another tool quantized: codes and scales in several stored tensors,
/// whose bytes stay in their files. rows() throws Error for damage that only the values show.
class QuantizedRows : public RowSource {
public:
    std::int64_t rowCount() const { return m_rows; }
    std::int64_t columnCount() const { return m_columns; }

    const Format* exactFormat() const final
    {
        return m_exactFormat.get([this] { return findExactFormat(); });
    }
    std::vector<std::span<const std::byte>> parts() const override { return m_parts; }
    void requireUnchanged() const override;

protected:
    /// `parts` are kept alive and watched.
    QuantizedRows(std::int64_t rows, std::int64_t columns, const std::vector<StoredTensor>& parts);

private:
    /// What exactFormat() gives; null for what is damaged, too, which rows() throws.
    virtual const Format* findExactFormat() const { return nullptr; }

    std::int64_t m_rows, m_columns;
    std::vector<std::span<const std::byte>> m_parts;
    std::vector<std::shared_ptr<const MappedFile>> m_mappings;
    Lazy<const Format*> m_exactFormat;
};

/// Throws Error unless `tensor` has exactly that shape.
void requireShape(const StoredTensor& tensor, const std::vector<std::int64_t>& shape);
/// Throws Error unless `tensor` is stored in one of `formats`.
void requireStoredAs(const StoredTensor& tensor, std::initializer_list<const Format*> formats);

} // namespace core
