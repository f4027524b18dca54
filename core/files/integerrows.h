// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/packedintegers.h"
#include "core/files/quantizedrows.h"

#include <optional>
#include <string>
#include <vector>

namespace core {

/// A weight of integers with a scale, and maybe a zero point, for each group of columns of a row:
/// weight = scale·(code − zero). GPTQ, AWQ, compressed-tensors' integers, bitsandbytes' INT8.
struct GroupedIntegers {
    enum class Orientation { RowsByColumns, ColumnsByRows };

    std::int64_t rows = 0, columns = 0; ///< (outputs, inputs)
    std::int64_t groups = 1; ///< of a row
    std::int64_t groupSize = 0; ///< columns of a group; the last may be shorter
    PackedIntegers codes; ///< (rows, columns), or turned with …
    Orientation orientation = Orientation::RowsByColumns; ///< … as scales and zeros are
    StoredTensor scales; ///< groups·rows floats, one a row, or a single one
    float scaleFactor = 1.0f; ///< of all scales
    std::optional<PackedIntegers> zeros; ///< (rows, groups), or turned
    int zeroShift = 0; ///< added to each zero, within the range of the codes
    int fixedZero = 0; ///< where there are none
    std::optional<StoredTensor> groupOf; ///< the group of each column; absent: in order
    std::string description; ///< for people
};

class IntegerRows : public QuantizedRows {
public:
    /// Throws Error for parts that do not fit each other.
    explicit IntegerRows(GroupedIntegers grid);

    Matrix rows(std::int64_t first, std::int64_t count) const override;
    std::string grid() const override { return m_grid.description; }
    std::vector<std::byte> exactRows(
        const Format& format, std::int64_t first, std::int64_t count) const override;

private:
    /// Q4_0, Q4_1, Q5_0 or Q8_0 where groups are whole blocks of 32 columns, scales are binary16
    /// and codes − zero fit.
    const Format* findExactFormat() const override;
    struct Groups;
    Groups groupsOf(std::int64_t first, std::int64_t count) const;
    std::vector<float> storedGroups() const; ///< empty: in order
    std::vector<float>::const_iterator firstOutside(const std::vector<float>& storedGroups) const;
    std::vector<std::int32_t> groupOfColumns() const;
    int codeAt(std::int64_t row, std::int64_t column) const;
    const Format* formatFor(const Groups& groups) const;

    GroupedIntegers m_grid;
};

} // namespace core
