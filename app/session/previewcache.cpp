// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/previewcache.h"

namespace app {

std::shared_ptr<const core::RoundingPreview> PreviewCache::find(
    int tensor, const core::Format* format) const
{
    const auto found = m_previews.find({ tensor, format });
    return found == m_previews.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const core::RoundingPreview>> PreviewCache::of(int tensor) const
{
    std::vector<std::shared_ptr<const core::RoundingPreview>> previews;
    for (auto entry = m_previews.lower_bound({ tensor, nullptr });
         entry != m_previews.end() && entry->first.first == tensor; ++entry)
        previews.push_back(entry->second);
    return previews;
}

void PreviewCache::insert(
    int tensor, const core::Format* format, std::shared_ptr<const core::RoundingPreview> preview)
{
    m_previews[{ tensor, format }] = std::move(preview);
    emit inserted(tensor, format);
}

void PreviewCache::clear()
{
    m_previews.clear();
    emit cleared();
}

} // namespace app
