// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

#include <map>
#include <memory>
#include <vector>

namespace core {

class PerLayerInputs;

/// Keys and values of all tokens as attention multiplies them, (tokens, keys) each.
struct KeysAndValues {
    Matrix keys, values;
};

/// What the layers of some models read beside the residual stream. It goes with the hidden states
/// of its own path: a model that is rounded makes another one.
struct Beside {
    std::vector<int> tokens; ///< of all rows; empty where no layer reads them
    std::shared_ptr<const PerLayerInputs> perLayer; ///< null: no layer has an input of its own
    std::map<int, KeysAndValues>
        shared; ///< that later layers attend to, by the layer that made them

    bool isEmpty() const { return tokens.empty() && shared.empty(); }
};

/// The rows of a tile in it, from `firstRow` of `rows` on.
struct BesideTile {
    Beside* beside = nullptr; ///< null: none, for layers that read nothing of the kind
    Eigen::Index firstRow = 0;
    Eigen::Index rows = 0; ///< of all tiles together
};

} // namespace core
