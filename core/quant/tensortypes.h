// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/plan.h"

#include <span>
#include <string>

namespace core {

// The file of llama-quantize's --tensor-type-file (llama.cpp, tools/quantize/quantize.cpp): words
// "pattern=type", parted by white space. A pattern is a regular expression that is looked for in a
// tensor's name, the first one that is found decides; a type is ggml's name of a number format, in
// any case. What is not a block format of llama.cpp's or no matrix is left alone.

/// Such a file with a line for each matrix that `plan` of `checkpoint` rounds.
std::string tensorTypes(const Checkpoint& checkpoint, std::span<const PlannedTensor> plan);

/// `recipe` with the formats that such a file, `written`, gives the matrices of `checkpoint`; where
/// it says nothing of one, what `recipe` gives it. Throws Error naming `place` and the word: no
/// "=", a type that is unknown or not of GGUF, a faulty pattern, one that no matrix has.
Recipe withTensorTypes(const Recipe& recipe, const std::string& written, const std::string& place,
    const Checkpoint& checkpoint);

} // namespace core
