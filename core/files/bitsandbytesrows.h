// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/quantizedrows.h"

#include <optional>
#include <string>

namespace core {

/// What bitsandbytes stores beside a weight of 4 bits (bitsandbytes/functional.py, QuantState): the
/// codes of all rows one after the other, the first of two in the upper half of a byte; a code
/// stands for a number of `map`; each block of `blockSize` numbers has a scale.
struct FourBitState {
    std::int64_t rows = 0, columns = 0;
    std::int64_t blockSize = 0;
    StoredTensor codes; ///< U8
    StoredTensor map; ///< quant_map: 16 floats
    StoredTensor scales; ///< absmax: F32, or U8 where they are quantized, too:
    struct Nested {
        std::int64_t blockSize = 0;
        float offset = 0.0f; ///< added to each scale
        StoredTensor map, scales; ///< 256 floats, and one for each block of scales
    };
    std::optional<Nested> nested;
    std::string type; ///< "nf4"
};

/// NF4 and FP4 of bitsandbytes: weight = map[code]·scale.
class FourBitRows : public QuantizedRows {
public:
    /// Throws Error for parts that do not fit each other.
    explicit FourBitRows(FourBitState state);

    Matrix rows(std::int64_t first, std::int64_t count) const override;
    std::string grid() const override;

private:
    std::vector<float> scalesOf(std::int64_t first, std::int64_t count) const;

    FourBitState m_state;
};

} // namespace core
