// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/mixstates.h"

#include <algorithm>
#include <cassert>
#include <tuple>

namespace core {

MixStates::MixStates(std::uint64_t bytes)
    : m_bytes(bytes)
    , m_layers{ { { 0, 0, 0, 0 } } }
{
}

MixStates::Layer MixStates::thinned(Layer states) const
{
    std::ranges::sort(states, [](const State& a, const State& b) {
        return std::tie(a.bytes, a.loss, a.before, a.option)
            < std::tie(b.bytes, b.loss, b.before, b.option);
    });
    Layer front;
    for (const State& state : states)
        if (front.empty() || state.loss < front.back().loss)
            front.push_back(state);
    if (front.size() <= most)
        return front;
    // The last of each share: it loses least of them. The first of all must stay, so that the
    // smallest options fit to the end.
    const double share = double(front.back().bytes - front.front().bytes + 1) / double(most);
    Layer kept{ front.front() };
    for (std::size_t i = 1; i < front.size(); ++i) {
        const auto shareOf = [&](const State& state) {
            return std::uint64_t(double(state.bytes - front.front().bytes) / share);
        };
        if (i + 1 == front.size() || shareOf(front[i]) != shareOf(front[i + 1]))
            kept.push_back(front[i]);
    }
    return kept;
}

void MixStates::add(const std::vector<MixOption>& options, const std::vector<std::size_t>& front)
{
    Layer states;
    const Layer& last = m_layers.back();
    states.reserve(last.size() * front.size());
    for (std::size_t before = 0; before < last.size(); ++before)
        for (const std::size_t option : front)
            if (const std::uint64_t bytes = last[before].bytes + options[option].bytes;
                bytes <= m_bytes)
                states.push_back(
                    { bytes, last[before].loss + options[option].loss, before, option });
    m_layers.push_back(thinned(std::move(states)));
    assert(!m_layers.back().empty());
}

std::vector<std::size_t> MixStates::best() const
{
    std::vector<std::size_t> options;
    std::size_t at = m_layers.back().size() - 1;
    for (std::size_t layer = m_layers.size() - 1; layer > 0; --layer) {
        const State& state = m_layers[layer][at];
        options.push_back(state.option);
        at = state.before;
    }
    std::ranges::reverse(options);
    return options;
}

} // namespace core
