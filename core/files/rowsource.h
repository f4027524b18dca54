// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/formats/format.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace core {

/// Where a tensor's weights come from that are not simply its bytes: transposed or put together
/// from several stored tensors, or decoded from another tool's grid. Immutable; safe to use from
/// several threads.
class RowSource {
public:
    virtual ~RowSource() = default;
    /// Rows `first` … `first + count − 1` as floats, (count, columns). Requires: they are there.
    virtual Matrix rows(std::int64_t first, std::int64_t count) const = 0;
    /// The grid that the weights lie on, for people: "4 bits, groups of 128, symmetric"; empty:
    /// none that is known.
    virtual std::string grid() const { return {}; }
    /// The GGUF format whose blocks hold these very weights, times tensorScale(); null: none that
    /// is known. May read all scales and zero points, the first time. On the calling thread.
    virtual const Format* exactFormat() const { return nullptr; }
    /// Rows in `format`, bit for bit. Requires: it is what exactFormat() gave; the rows are there.
    virtual std::vector<std::byte> exactRows(
        const Format& format, std::int64_t first, std::int64_t count) const;
    /// What all weights of exactRows() are to be multiplied by: 1 but for NVFP4.
    virtual float tensorScale() const { return 1.0f; }
    /// The bytes of the files that the weights are made of.
    virtual std::vector<std::span<const std::byte>> parts() const { return {}; }
    /// Throws Error if a file that it reads was changed since it was opened.
    virtual void requireUnchanged() const { }
};

} // namespace core
