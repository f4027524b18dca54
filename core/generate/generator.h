// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/generate/heldmodel.h"
#include "core/generate/layermemory.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace core {

/// A model that reads one token after the other and says what may come next. It keeps what
/// its layers go on from (LayerMemory); of a prompt that comes from one pass of the walk.
class Generator {
public:
    /// Holds at most `heldBytes` of weights as floats (HeldModel). Throws Error for a model that is
    /// not computed.
    Generator(std::shared_ptr<const Checkpoint> checkpoint, std::uint64_t heldBytes);

    const Checkpoint& checkpoint() const { return m_model.checkpoint(); }
    /// Bytes of floats of the head and the layers that are decoded anew for every token; 0: none.
    std::uint64_t decodedEachTime() const { return m_model.decodedEachTime(); }
    int length() const { return int(m_tokens.size()); } ///< tokens read

    /// Forgets what was read before and reads `prompt`. The logits of the token after it, (1,
    /// vocabulary). Requires: not empty. Throws Error for a token outside the vocabulary, more
    /// tokens than the model has positions, weights or logits that are not finite, a file that was
    /// changed.
    Matrix start(const std::vector<int>& prompt, const Progress& progress);
    /// Reads one token more. Requires: start(). After an error, start() again.
    Matrix next(int token, const Progress& progress);

private:
    Matrix logitsOf(const MatrixView& hidden, const Progress& progress);

    HeldModel m_model;
    std::vector<LayerMemory> m_memories; ///< by layer
    std::vector<int> m_tokens;
    int m_restartAt = 0; ///< tokens beyond which rotary frequencies are others; 0: nowhere
};

} // namespace core
