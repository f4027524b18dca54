// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"

#include <string>

namespace core {

/// Why a model cannot write text one token after the other, in a sentence; empty: it can. A layer
/// is stepped through if it is attention and a feed-forward or experts: one that lacks a part of
/// these, or has a tensor that these do not read (a delta net's, a short convolution's, latent
/// attention's), is not.
std::string whyNotGenerated(const Checkpoint& checkpoint);

} // namespace core
