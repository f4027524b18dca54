// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/gguf.h"
#include "core/files/json.h"
#include "core/model/config.h"

#include <string>

namespace core {

// A model that is looked at and not computed: its architecture is not known, or its files do not
// fit together. Whatever it says of itself is taken if it can be: sizes that are absent or
// impossible are 0. Neither throws Error.

/// By a config.json of any content, null included. `reason`: ModelConfig::notComputed.
ModelConfig lookedAt(const Json& config, std::string reason);

/// By the metadata of a GGUF.
ModelConfig lookedAt(const GgufMetadata& metadata, std::string reason);

/// What transformers does with a model of several parts: the text model's keys win.
Json textPart(const Json& config);

} // namespace core
