// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/config.h"

#include <string>

namespace core {

/// Why the heads of a computed architecture cannot be turned as `config` says, a sentence without
/// its end; empty: they can. Asked before anything is computed: what configs say is not to be
/// believed. Requires: config.notComputed is empty.
std::string rotaryObstacle(const ModelConfig& config);

} // namespace core
