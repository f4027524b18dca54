// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/mixfront.h"

namespace core {

/// The dynamic programme of a MixFront's core: what some tensors can come to together, tensor by
/// tensor, as the pairs of bytes and loss that no other pair beats (Nemhauser and Ullmann 1969).
class MixStates {
public:
    explicit MixStates(std::uint64_t bytes); ///< that they may have together

    /// Adds a tensor: `front`, which of its options may be taken, by bytes. Requires: the smallest
    /// ones of all tensors fit together.
    void add(const std::vector<MixOption>& options, const std::vector<std::size_t>& front);
    /// The option of each tensor, in the order of adding, that lose least.
    std::vector<std::size_t> best() const;

private:
    struct State {
        std::uint64_t bytes;
        double loss;
        std::size_t before; ///< place in the layer of the tensor before
        std::size_t option;
    };
    using Layer = std::vector<State>; ///< by bytes, losses falling

    static constexpr std::size_t most = 4096; ///< of a layer; where there are more, those that the
                                              ///< same share of the bytes holds are thinned

    Layer thinned(Layer states) const;

    std::uint64_t m_bytes;
    std::vector<Layer> m_layers;
};

} // namespace core
