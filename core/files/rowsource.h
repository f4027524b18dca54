// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

#include <cstdint>
#include <string>

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
    /// Throws Error if a file that it reads was changed since it was opened.
    virtual void requireUnchanged() const { }
};

} // namespace core
