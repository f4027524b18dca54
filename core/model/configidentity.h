// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"
#include "core/model/config.h"

namespace core {

/// All of a configuration that what a model computes depends on, for keys: not its name nor what is
/// said about it. Two models with the same tensors may differ in nothing else.
Json configIdentity(const ModelConfig& config);

} // namespace core
