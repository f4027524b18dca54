// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/tokenrows.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <limits>
#include <new>
#include <utility>

namespace core {

TokenRows::TokenRows()
    : Map(nullptr, 0, 0)
{
}

TokenRows::TokenRows(Eigen::Index tokens, Eigen::Index channels, const TokenRoom& room)
    : Map(nullptr, 0, 0)
    , m_room(room)
{
    const std::size_t bytes = std::size_t(tokens) * std::size_t(channels) * sizeof(float);
    if (bytes <= room.inMemory) {
        m_memory.resize(tokens, channels);
        show(m_memory.data(), tokens, channels);
        return;
    }
    m_disk = ScratchFile::make(room.folder, bytes);
    if (!m_disk)
        throw Error(text(ScratchFile::folderFor(room.folder).string(),
            ": the disk has no room for ", bytes,
            " bytes of hidden states, expected that much room while the text is read, or a shorter "
            "text"));
    show(reinterpret_cast<float*>(m_disk->bytes().data()), tokens, channels);
}

TokenRows::TokenRows(const MatrixView& values)
    : TokenRows(values.rows(), values.cols(), { {}, std::numeric_limits<std::size_t>::max() })
{
    Map::operator=(values);
}

TokenRows::TokenRows(const TokenRows& other)
    : TokenRows(other.rows(), other.cols(), other.m_room)
{
    Map::operator=(other);
    rest();
    other.rest();
}

TokenRows::TokenRows(TokenRows&& other) noexcept
    : Map(nullptr, 0, 0)
    , m_room(std::move(other.m_room))
    , m_memory(std::move(other.m_memory))
    , m_disk(std::move(other.m_disk))
{
    show(other.data(), other.rows(), other.cols()); // a moved matrix keeps its place
    other.show(nullptr, 0, 0);
}

TokenRows& TokenRows::operator=(TokenRows other) noexcept
{
    m_room = std::move(other.m_room);
    m_memory = std::move(other.m_memory);
    m_disk = std::move(other.m_disk);
    show(other.data(), other.rows(), other.cols());
    return *this;
}

void TokenRows::rest() const
{
    if (m_disk)
        m_disk->rest();
}

void TokenRows::show(float* values, Eigen::Index tokens, Eigen::Index channels)
{
    new (static_cast<Map*>(this)) Map(values, tokens, channels); // as Eigen's manual does it
}

} // namespace core
