// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/tinymodel.h"

namespace fuzz {

/// A model of one layer, so that most damage to its file meets a header.
inline support::TinyModel smallestModel()
{
    support::TinyModel model;
    model.hidden = model.feedForward = 32;
    model.heads = 2;
    model.keyValueHeads = 1;
    model.layers = 1;
    return model;
}

} // namespace fuzz
