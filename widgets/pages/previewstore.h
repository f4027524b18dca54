// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/rounding.h"
#include "core/model/role.h"

#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace widgets {

/// Roundings of one tensor, one for each format that was tried.
using Previews = std::vector<std::shared_ptr<const core::RoundingPreview>>;

/// The roundings known so far, by tensor and format.
class PreviewStore {
public:
    void set(core::Place place, Previews previews)
    {
        m_previews[{ place.role, place.layer }] = std::move(previews);
    }
    bool has(core::Place place) const { return m_previews.contains({ place.role, place.layer }); }
    void clear() { m_previews.clear(); }

    /// Null if that rounding is not known.
    std::shared_ptr<const core::RoundingPreview> find(
        core::Place place, const core::Format* format) const
    {
        const auto found = m_previews.find({ place.role, place.layer });
        if (found != m_previews.end())
            for (const auto& preview : found->second)
                if (preview->format == format)
                    return preview;
        return nullptr;
    }

private:
    std::map<std::pair<core::Role, int>, Previews> m_previews;
};

} // namespace widgets
