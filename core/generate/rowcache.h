// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

namespace core {

/// Rows that tokens leave one after the other, a row a token.
class RowCache {
public:
    /// Those of the tokens that come next, (tokens, channels). Requires: as many channels as
    /// before.
    void append(const MatrixView& rows);
    void clear() { m_length = 0; }

    Eigen::Index length() const { return m_length; } ///< tokens
    MatrixView rows() const { return m_rows.topRows(m_length); }

private:
    Matrix m_rows; ///< with room for more
    Eigen::Index m_length = 0;
};

} // namespace core
