// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/tensorbytes.h"

#include "core/files/scratchfile.h"

#include <algorithm>
#include <utility>

namespace core {

TensorBytes::TensorBytes(std::size_t count)
{
    if (count > mostInMemory)
        m_disk = ScratchFile::make({}, count);
    if (!m_disk)
        m_memory = std::make_shared<std::vector<std::byte>>(count);
    m_bytes = m_disk ? m_disk->bytes() : std::span(*m_memory);
}

TensorBytes::TensorBytes(std::vector<std::byte> bytes)
{
    if (bytes.size() > mostInMemory)
        m_disk = ScratchFile::make({}, bytes.size());
    if (m_disk)
        std::ranges::copy(bytes, m_disk->bytes().begin());
    else
        m_memory = std::make_shared<std::vector<std::byte>>(std::move(bytes));
    m_bytes = m_disk ? m_disk->bytes() : std::span(*m_memory);
}

std::shared_ptr<const void> TensorBytes::finished() const
{
    if (!m_disk)
        return m_memory;
    m_disk->rest();
    return m_disk;
}

} // namespace core
