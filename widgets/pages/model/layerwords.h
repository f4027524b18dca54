// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"

#include <QtCore/QStringList>

namespace widgets {

// What a model's layers compute, in words. All are pure.

/// "Gemma 2"; the file's own word of an architecture that is not known.
QString architectureTitle(const core::ModelConfig& config);
/// "SiLU", "GELU (tanh)", "GELU".
QString activationName(core::Activation activation);
/// "RMSNorm", "LayerNorm".
QString normName(core::NormKind kind);
/// "a window of 4,096 tokens in 13 of 26 layers"; empty: none has one.
QString windowText(const core::ModelConfig& config);
/// "gated delta net", "short convolution": what stands in the place of attention in some layers.
QString mixerName(const core::ModelConfig& config);
/// "in its place a gated delta net in 24 of 32 layers"; empty: all layers attend.
QString mixerText(const core::ModelConfig& config);
/// "RoPE base 10,000, turning 32 of 64 channels, scaled by YaRN (× 4)", "learned positions".
QString positionsText(const core::ModelConfig& config);

// Of a model that is computed.
/// What is special about its attention: window, cap, norms of q and k.
QStringList attentionWords(const core::ModelConfig& config);
/// "embedding × 48", "logits capped at 30".
QStringList scaleWords(const core::ModelConfig& config);
/// The matrices of layers that have a bias: "attn_q".
QStringList biasedMatrices(const core::Checkpoint& checkpoint);

} // namespace widgets
