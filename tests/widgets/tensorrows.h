// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/tensorrow.h"

#include <vector>

/// The rows of a small Llama with `layers` layers: token_embd, for each layer attn_norm, attn_q,
/// attn_k and ffn_down, then output_norm. All matrices are F16.
std::vector<widgets::TensorRow> smallModelRows(int layers);
