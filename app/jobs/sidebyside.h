// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/runlist.h"
#include "core/base/progress.h"
#include "core/files/shelf.h"
#include "core/generate/prompts.h"

#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace app {

/// The models whose texts stand side by side: the original and what is pinned.
struct SideBySide {
    std::shared_ptr<const core::Checkpoint> original;
    std::shared_ptr<const Run> a, b; ///< null: none
    std::shared_ptr<const core::Shelf> shelf; ///< null: none
};

/// How a text is continued.
struct TextWish {
    std::string prompt;
    core::Sampling sampling;
    int count = 64; ///< tokens at most
};

/// A token that one of them wrote: 0 the original, 1 A, 2 B. −1: it begins, with no token yet.
struct WrittenToken {
    int column = 0;
    int token = -1;
};

/// Why each stopped, and how quick it was; nothing for a column that is not there.
using WrittenTexts = std::array<std::optional<core::Continuation>, 3>;

/// The prompt continued by each, one after the other, with the same noise. `told` hears every token
/// as soon as it is chosen. Throws core::Error, Cancelled. For the worker.
WrittenTexts writeTexts(const SideBySide& models, const TextWish& wish,
    const std::function<void(const WrittenToken&)>& told, const core::Progress& progress);

/// Many prompts.
struct MatchWish {
    std::filesystem::path prompts; ///< one on each line; empty: the beginnings of `text`
    TextSettings text;
    TextWish how; ///< its prompt is not read
};

/// How often A and B write what the original writes.
struct MatchRates {
    int prompts = 0;
    int count = 0; ///< tokens at most
    std::filesystem::path file; ///< that the prompts are from
    std::optional<core::PromptsAgreement> a, b;
};

/// Throws core::Error, Cancelled. For the worker.
MatchRates matchTexts(
    const SideBySide& models, const MatchWish& wish, const core::Progress& progress);

/// A beginning of the text in `file` to continue, some words long; empty if it cannot be read.
/// Never throws.
std::string firstWords(const std::filesystem::path& file);

} // namespace app
