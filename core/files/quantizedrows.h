// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

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

    /// The GGUF format whose blocks hold these very weights, times tensorScale(); null: none does.
    /// May read all scales and zero points. On the calling thread.
    virtual const Format* exactFormat() const { return nullptr; }
    /// Rows in `format`, bit for bit. Requires: it is what exactFormat() gave; the rows are there.
    virtual std::vector<std::byte> exactRows(
        const Format& format, std::int64_t first, std::int64_t count) const;
    /// What all weights of exactRows() are to be multiplied by: 1 but for NVFP4.
    virtual float tensorScale() const { return 1.0f; }

    void requireUnchanged() const override;

protected:
    /// `parts` are kept alive and watched.
    QuantizedRows(std::int64_t rows, std::int64_t columns, const std::vector<StoredTensor>& parts);

private:
    std::int64_t m_rows, m_columns;
    std::vector<std::shared_ptr<const MappedFile>> m_mappings;
};

/// Throws Error unless `tensor` has exactly that shape.
void requireShape(const StoredTensor& tensor, const std::vector<std::int64_t>& shape);
/// Throws Error unless `tensor` is stored in one of `formats`.
void requireStoredAs(const StoredTensor& tensor, std::initializer_list<const Format*> formats);

} // namespace core
