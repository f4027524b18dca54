// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/config.h"
#include "core/model/sortedtensors.h"

#include <string>

namespace core {

/// That a stored head is not the one the model computes with, in a sentence: config ties it to the
/// embedding, and the stored one has other weights. Empty: there is none, or it is the same. Reads
/// both up to where they differ.
std::string tiedHeadNote(const SortedTensors& sorted, const ModelConfig& config);

} // namespace core
