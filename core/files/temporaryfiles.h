// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>

namespace core {

/// Knows a temporary file while it lives, so that a program that is told to end at once can remove
/// it. Does not remove it by itself. Up to 64 at a time; more are not known.
class TemporaryFileNote {
public:
    explicit TemporaryFileNote(const std::filesystem::path& file) noexcept;
    ~TemporaryFileNote();
    TemporaryFileNote(const TemporaryFileNote&) = delete;
    TemporaryFileNote& operator=(const TemporaryFileNote&) = delete;

private:
    std::size_t m_slot;
};

/// Removes every file that is noted. For signal handlers only: safe in them, and the process is to
/// end without doing anything else.
void removeTemporaryFiles() noexcept;

} // namespace core
