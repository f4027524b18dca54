// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/files/scratchfile.h"

#include <cstddef>
#include <filesystem>
#include <memory>

namespace core {

/// Where values of all tokens may lie.
struct TokenRoom {
    std::filesystem::path folder; ///< on its disk; empty: where temporary files are
    static constexpr std::size_t usualInMemory = std::size_t(256) << 20;
    std::size_t inMemory = usualInMemory; ///< bytes; what is larger lies on the disk
};

/// Values of all tokens of a text, (tokens, channels): a matrix in memory or in a nameless file,
/// which is gone with it or with the program. What is computed with it is the same. A copy has
/// values of its own.
class TokenRows : public Eigen::Map<Matrix> {
public:
    TokenRows();
    /// Values unknown. Throws Error if the disk has no room for them.
    TokenRows(Eigen::Index tokens, Eigen::Index channels, const TokenRoom& room = {});
    TokenRows(const MatrixView& values); // NOLINT: in memory
    TokenRows(const TokenRows& other);
    TokenRows(TokenRows&& other) noexcept;
    TokenRows& operator=(TokenRows other) noexcept;
    ~TokenRows() = default;

    bool isOnDisk() const { return m_disk != nullptr; }
    /// Takes what lies on the disk out of this program's memory until it is touched again.
    void rest() const;

private:
    void show(float* values, Eigen::Index tokens, Eigen::Index channels);

    TokenRoom m_room;
    Matrix m_memory;
    std::unique_ptr<ScratchFile> m_disk; ///< the one or the other
};

} // namespace core
