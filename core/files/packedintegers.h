// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/storedtensor.h"

#include <cstdint>

namespace core {

/// A matrix of integers of 1 to 8 bits in the 32-bit words or bytes of a stored tensor. The
/// integers of a line lie one after the other, the first in the lowest bits; one may reach into the
/// next word (AutoGPTQ: qlinear_cuda_old.py; compressed-tensors: pack_to_int32).
class PackedIntegers {
public:
    enum class Lines {
        Rows, ///< a line is a row: words [rows, ⌈columns·bits/32⌉]
        Columns, ///< a line is a column: words [⌈rows·bits/32⌉, columns]
        AwqRows, ///< rows whose words hold columns 0, 2, 4, 6, 1, 3, 5, 7 of eight (4 bits)
    };
    enum class Coding {
        Unsigned,
        Offset, ///< the integer and half of the range, such as −8 as 0
        Signed, ///< two's complement, 8 bits in a byte each: a tensor of I8
    };
    struct Layout {
        std::int64_t rows = 0, columns = 0;
        int bits = 0;
        Lines lines = Lines::Rows;
        Coding coding = Coding::Unsigned;
    };

    PackedIntegers() = default;
    /// Throws Error if the tensor's shape or type is not what the layout asks for.
    PackedIntegers(StoredTensor tensor, const Layout& layout);

    /// Requires: inside the matrix.
    int at(std::int64_t row, std::int64_t column) const;

    const Layout& layout() const { return m_layout; }
    const StoredTensor& tensor() const { return m_tensor; }

private:
    StoredTensor m_tensor;
    Layout m_layout;
    std::int64_t m_wordColumns = 0;
};

} // namespace core
