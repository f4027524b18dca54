// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/interop/llamameasure.h"

#include "core/model/checkpoint.h"

#include <QString>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace interop {

/// One text for both sides: the same model measured by Quantscope and by llama.cpp.
struct TextChunks {
    std::string text;
    int length = 0; ///< tokens a chunk
    int count = 0; ///< chunks; 0: all of the text
};

/// Rounds `checkpoint` to nearest as the preset `type` says, writes it to `file` and gives the
/// rounded model as it is in memory.
std::shared_ptr<const core::Checkpoint> exportAs(std::shared_ptr<const core::Checkpoint> checkpoint,
    const std::string& type, const std::filesystem::path& file);

/// ln(perplexity) by Quantscope, and by llama.cpp of the GGUF `file`.
double ourLoss(const core::Checkpoint& checkpoint, const TextChunks& chunks);
/// The same with activations rounded as llama.cpp's processor code does.
double ourLossAsLlama(const core::Checkpoint& checkpoint, const TextChunks& chunks);
double llamaLoss(const std::shared_ptr<const LlamaLibrary>& llama,
    const std::filesystem::path& file, const TextChunks& chunks);

/// Logits of every position of sequences of equal length, by Quantscope: (sequences × length,
/// vocabulary).
core::Matrix ourLogits(
    const core::Checkpoint& checkpoint, const std::vector<std::vector<int>>& sequences);

/// The same with activations rounded as llama.cpp's processor code does.
core::Matrix ourLogitsAsLlama(
    const core::Checkpoint& checkpoint, const std::vector<std::vector<int>>& sequences);

/// The largest difference of two numbers, in words for a failure message; empty if it is within
/// `bound`.
QString disagreement(const char* what, double ours, double theirs, double bound);

/// Where two token lists first differ, with the text before it; empty if they are the same.
QString difference(
    const std::vector<int>& ours, const std::vector<int>& theirs, const LlamaModel& model);

/// Where the greedy continuations of `prompts` (of equal length) by Quantscope and by llama.cpp
/// part although neither's two likeliest tokens lie within `closeCall` there; empty if nowhere.
QString greedyDisagreement(const core::Checkpoint& checkpoint, LlamaContext& context,
    const std::vector<std::vector<int>>& prompts, int count, float closeCall);

} // namespace interop
