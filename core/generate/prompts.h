// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/generate/agreement.h"
#include "core/generate/continuation.h"

#include <filesystem>
#include <string>
#include <vector>

namespace core {

/// The lines of a file that are not empty (UTF-8, LF or CRLF), a prompt each. Throws Error if it
/// cannot be read or holds none.
std::vector<std::string> readPrompts(const std::filesystem::path& file);

/// The first `length` tokens of at most `count` sequences, which lie evenly among all: a text's own
/// beginnings as prompts. Pure.
std::vector<std::vector<int>> beginningsOf(
    const std::vector<std::vector<int>>& sequences, int count, int length);

/// What a model writes after each of `prompts`. Throws Error and Cancelled as continueText().
std::vector<std::vector<int>> continueAll(Generator& generator,
    const std::vector<std::vector<int>>& prompts, const ContinuationOptions& options,
    const Progress& progress);

/// How far a model's continuations of several prompts are those of the original.
struct PromptsAgreement {
    Agreement all; ///< added up
    int prompts = 0;
    int same = 0; ///< prompts that are continued the same to the end
};

/// Requires: as many of each. Pure.
PromptsAgreement agreementOver(
    const std::vector<std::vector<int>>& model, const std::vector<std::vector<int>>& original);

} // namespace core
