// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/atomicfile.h"
#include "core/files/sourcefiles.h"
#include "core/model/checkpoint.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
class Validator;
}

namespace cli {

/// The option of every command that reads text: which, and how much of it.
struct TextOptions {
    std::filesystem::path file;
    int length = 0; ///< tokens a sequence; 0: the model's context, at most 512
    int sequences = 0; ///< 0: all
};

/// For check(): a number above 0. CLI11's own says what range it wants in 300 digits.
CLI::Validator positive();

/// Adds an option for one of those numbers, from 1 on.
void addCount(CLI::App& command, const std::string& name, int& value, const std::string& about);

/// Opens a model and says on standard error what is worth knowing of how.
std::shared_ptr<const core::Checkpoint> openModel(const std::filesystem::path& path);

/// The text cut into token sequences. Throws Error if it cannot be read or is too short, the model
/// is not computed or has no tokenizer. Says on standard error what is odd about how it is written
/// (line ends, a byte order mark).
std::vector<std::vector<int>> readSequences(
    const core::Checkpoint& checkpoint, const TextOptions& options);

/// Throws Error if `file` is among those that are read, is there and is to be kept, or cannot be
/// written: asked before what takes long.
void requireMayBeWritten(
    const core::SourceFiles& read, const std::filesystem::path& file, core::Existing existing);

/// Whether writing `one` and `other` would write one file, through whatever links, also before it
/// is there. Empty names are none.
bool isSamePlace(const std::filesystem::path& one, const std::filesystem::path& other);

/// "SmolLM2: llama, 30 layers, 134,515,008 weights, 98.4 MB"
std::string headline(const core::Checkpoint& checkpoint);

} // namespace cli
