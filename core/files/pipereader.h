// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace core {

/// Reads a pipe (`<(…)`, /dev/stdin, a fifo) piece by piece. One that nobody writes to has ended.
class PipeReader {
public:
    /// Throws Error if it cannot be opened.
    explicit PipeReader(const std::filesystem::path& pipe);
    ~PipeReader();
    PipeReader(const PipeReader&) = delete;
    PipeReader& operator=(const PipeReader&) = delete;

    /// The next bytes, waiting for them; empty at the end. Throws Error if it cannot be read.
    std::string next();

private:
    std::filesystem::path m_path;
    int m_descriptor;
};

} // namespace core
