// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/config.h"
#include "core/model/configkeys.h"

namespace core {

/// The rotary embedding's base and scaling, from rope_theta and rope_scaling, or rope_parameters as
/// newer files have them (flat, or one for each kind of layer). A scaling that is not computed goes
/// to config.notComputed. Throws Error for an impossible value. Source: transformers,
/// modeling_rope_utils.py.
void readRope(const ConfigKeys& keys, ModelConfig& config);

/// The same from a GGUF's pairs; the divisors lie in its tensors.
void readRope(const GgufKeys& keys, ModelConfig& config);

/// What a GGUF says of it. Requires: what is computed.
void writeRopeScaling(const ModelConfig& config, GgufMetadata& metadata);

/// Notes among config.differences where llama.cpp has no place for how this model turns heads, so
/// that it will not load a file of it. Requires: config.known().
void noteUnknownTurns(ModelConfig& config);

/// Rotary embedding "proportional" (Gemma 4): the first `share` of a head's pairs turn as if all
/// did, the others do not: divisors of their frequencies, as llama.cpp's converter writes them.
void turnShare(double share, ModelConfig& config);

/// How much of YaRN's factor goes into sines and cosines: 1 + 0.1 · ln(factor).
float yarnMagnitude(double factor);

} // namespace core
