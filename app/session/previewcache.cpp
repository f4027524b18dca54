// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/previewcache.h"

namespace app {

std::shared_ptr<const core::RoundingPreview> PreviewCache::find(
    int tensor, const core::Format* format) const
{
    if (std::size_t(tensor) >= m_previews.size())
        return nullptr;
    const OfTensor& previews = m_previews[std::size_t(tensor)];
    const auto found = previews.find(format);
    return found == previews.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const core::RoundingPreview>> PreviewCache::of(int tensor) const
{
    std::vector<std::shared_ptr<const core::RoundingPreview>> previews;
    if (std::size_t(tensor) < m_previews.size())
        for (const auto& [format, preview] : m_previews[std::size_t(tensor)])
            previews.push_back(preview);
    return previews;
}

void PreviewCache::insert(
    int tensor, const core::Format* format, std::shared_ptr<const core::RoundingPreview> preview)
{
    if (std::size_t(tensor) >= m_previews.size())
        m_previews.resize(std::size_t(tensor) + 1);
    m_previews[std::size_t(tensor)][format] = std::move(preview);
    emit inserted(tensor, format);
}

void PreviewCache::clear()
{
    m_previews.clear();
    emit cleared();
}

} // namespace app
