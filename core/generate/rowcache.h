// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

namespace core {

/// What one layer's attention keeps of the tokens so far: their keys and values, normed and turned.
class KeyValueCache {
public:
    /// Those of the tokens that come next, (tokens, key/value heads × headDim).
    void append(const MatrixView& keys, const MatrixView& values);
    void clear() { m_length = 0; }

    Eigen::Index length() const { return m_length; } ///< tokens
    MatrixView keys() const { return m_keys.topRows(m_length); }
    MatrixView values() const { return m_values.topRows(m_length); }

private:
    Matrix m_keys, m_values; ///< with room for more tokens
    Eigen::Index m_length = 0;
};

} // namespace core
