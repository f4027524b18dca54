// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/tensorreport.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace core {

/// How the work on the layers is shared out, for the time that is left: a layer that was found
/// only lets the paths through, or costs nothing behind the last that is rounded.
class LayerShares {
public:
    LayerShares(const std::vector<std::optional<RoundedPart>>& found, int lastWalked)
    {
        constexpr double walking = 0.1; // of rounding a layer
        for (std::size_t layer = 0; layer + 2 < found.size(); ++layer)
            m_until.push_back(m_until.back()
                + (!found[layer + 1]              ? 1
                        : int(layer) < lastWalked ? walking
                                                  : 1e-6));
    }
    double before(int layer) const { return m_until[std::size_t(layer)] / m_until.back(); }

private:
    std::vector<double> m_until{ 0 };
};

} // namespace core
