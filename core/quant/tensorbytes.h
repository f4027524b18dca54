// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace core {

class ScratchFile;

/// The bytes of a rounded tensor: in memory, or on the disk if they are many (ScratchFile), so that
/// what a run has finished does not pile up in memory. In memory, too, where the disk has no room.
class TensorBytes {
public:
    static constexpr std::size_t mostInMemory = std::size_t(4) << 20; ///< of one tensor

    TensorBytes() = default;
    explicit TensorBytes(std::size_t count); ///< zeros
    explicit TensorBytes(std::vector<std::byte> bytes);

    std::span<std::byte> bytes() const { return m_bytes; }

    /// What keeps them alive, once they are as they shall stay: they need not be in memory any
    /// more.
    std::shared_ptr<const void> finished() const;

private:
    std::shared_ptr<std::vector<std::byte>> m_memory;
    std::shared_ptr<ScratchFile> m_disk; ///< the one or the other
    std::span<std::byte> m_bytes;
};

} // namespace core
