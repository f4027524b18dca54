// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/inputhash.h"

#include "core/base/contenthash.h"

#include <span>

namespace core {

std::uint64_t hashOf(const std::vector<std::vector<int>>& sequences)
{
    ContentHash hash;
    for (const auto& sequence : sequences)
        hash.add(std::as_bytes(std::span(sequence)));
    return hash.value();
}

std::uint64_t hashOf(const Importance& importance)
{
    ContentHash hash;
    for (const auto& [name, values] : importance) {
        hash.add(std::as_bytes(std::span(name)));
        hash.add(std::as_bytes(std::span(values)));
    }
    return hash.value();
}

} // namespace core
