// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"
#include "core/model/checkpoint.h"

#include <QString>

#include <filesystem>
#include <string>
#include <vector>

namespace app {

/// A text and how much of it is used.
struct TextSettings {
    std::filesystem::path file;
    int length = 0; ///< tokens in a sequence or chunk
    int count = 0; ///< sequences or chunks; 0: as many as there are

    bool operator==(const TextSettings&) const = default;
};

/// JSON: {"file": "…", "length": 256, "count": 20}. Throws core::Error naming `place`.
core::Json textToJson(const TextSettings& text);
TextSettings textFromJson(const core::Json& json, const std::string& place);

/// "evaluation.txt, 20 chunks of 256 tokens", "calibration.txt, all chunks of 256 tokens".
QString textDescription(const TextSettings& text);

/// What is odd about how a text is written (core::textNotes). It is looked at again only where the
/// file is another: a number that is typed costs nothing.
class TextNotes {
public:
    /// A sentence a line; empty: nothing, or no text.
    QString of(const TextSettings& text);

private:
    std::filesystem::path m_file;
    QString m_notes;
};

/// The text's token sequences for this model. Throws core::Error: the file, too short a text, no
/// tokenizer. For the worker.
std::vector<std::vector<int>> readSequences(
    const core::Checkpoint& checkpoint, const TextSettings& text);

} // namespace app
