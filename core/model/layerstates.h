// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/files/scratchfile.h"
#include "core/model/walk.h"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace core {

/// The residual stream of all sequences before every layer and after the last: in memory, or on the
/// disk beyond mostInMemory bytes.
class LayerStates {
public:
    static constexpr std::size_t mostInMemory = TokenRoom::usualInMemory;

    /// Zeros for `hidden`'s sequences, at `depths` depths.
    LayerStates(const HiddenStates& hidden, int depths);

    int length() const { return m_length; } ///< tokens of a sequence
    int sequences() const { return int(m_rows / m_length); }
    /// At depth `layer`, before that layer: (sequences × length, hidden).
    Eigen::Map<const Matrix> before(int layer) const;
    void set(int layer, const Matrix& states);
    /// What layers read beside it, of all sequences, in memory: keys that layers share are a small
    /// part of the stream of all layers.
    const Beside& beside() const { return m_beside; }
    void setBeside(Beside beside) { m_beside = std::move(beside); }

private:
    float* place(int layer) const;

    int m_length;
    Eigen::Index m_rows, m_columns;
    std::vector<float> m_memory;
    std::unique_ptr<ScratchFile> m_disk; ///< the one or the other
    Beside m_beside;
};

/// Walks `sequences` through all layers of `checkpoint`, keeps the stream at all depths and tells
/// `observer` (may be null) what walk() tells. Throws Error, Cancelled.
LayerStates walkKeeping(const Checkpoint& checkpoint,
    const std::vector<std::vector<int>>& sequences, WalkObserver* observer,
    const Progress& progress);

} // namespace core
