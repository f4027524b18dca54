// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace core {

/// Consecutive layers, counted from 0, both ends included; without an end open there.
struct LayerRange {
    std::optional<int> first{}, last{};
    bool operator==(const LayerRange&) const = default;
};
/// Layers that a rule speaks of: those of any range; empty: all, and what is outside the layers.
using LayerRanges = std::vector<LayerRange>;

/// Whether `layer` is one of them; −1 stands for what is outside the layers.
bool includes(const LayerRanges& ranges, int layer);

/// "0, 3–5, 9–"; "–5" is open at its beginning, "" says all.
std::string layersText(const LayerRanges& ranges);
/// The same read, a hyphen for the dash, too. Nothing for other words, numbers too large for a
/// layer, or a range that ends before it begins.
std::optional<LayerRanges> findLayers(std::string_view words);

/// JSON: [first, last] for one range, null where it is open; [[first, last], …] for several.
Json layersToJson(const LayerRanges& ranges);
/// None if one is open at both ends. Throws Error naming `place` for anything else.
LayerRanges layersFromJson(const Json& json, const std::string& place);

} // namespace core
