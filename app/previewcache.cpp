// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/previewcache.h"

namespace app {

std::shared_ptr<const core::RoundingPreview> PreviewCache::find(
    int tensor, const core::Format* format) const
{
    const auto found = m_previews.find({ tensor, format });
    return found == m_previews.end() ? nullptr : found->second;
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
