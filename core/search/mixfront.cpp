// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/mixfront.h"

#include "core/search/mixstates.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace core {

namespace {

    /// Indices of the options that lose less than all of at most their bytes, by bytes.
    std::vector<std::size_t> frontOf(const std::vector<MixOption>& options)
    {
        std::vector<std::size_t> order(options.size());
        std::iota(order.begin(), order.end(), 0u);
        std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
            return std::pair(options[a].bytes, options[a].loss)
                < std::pair(options[b].bytes, options[b].loss);
        });
        std::vector<std::size_t> front;
        for (const std::size_t index : order)
            if (front.empty() || options[index].loss < options[front.back()].loss)
                front.push_back(index);
        return front;
    }

    /// Loss that a byte more takes away between two options.
    double slope(const MixOption& from, const MixOption& to)
    {
        return (from.loss - to.loss) / double(to.bytes - from.bytes);
    }

    /// Those of a front that lie on its lower convex hull.
    std::vector<std::size_t> hullOf(
        const std::vector<MixOption>& options, const std::vector<std::size_t>& front)
    {
        std::vector<std::size_t> hull;
        for (const std::size_t index : front) {
            while (hull.size() >= 2
                && slope(options[hull.back()], options[index])
                    >= slope(options[hull[hull.size() - 2]], options[hull.back()]))
                hull.pop_back();
            hull.push_back(index);
        }
        return hull;
    }

} // namespace

MixFront::MixFront(std::vector<std::vector<MixOption>> options)
    : m_options(std::move(options))
{
    for (const std::vector<MixOption>& each : m_options)
        addTensor(each);
    std::ranges::stable_sort(m_steps, [](const Step& a, const Step& b) {
        return a.gain * double(b.bytes) > b.gain * double(a.bytes);
    });
    std::uint64_t bytes = m_leastBytes;
    for (const Step& step : m_steps)
        m_stepBytes.push_back(bytes += step.bytes);
    m_mostBytes = bytes;
}

void MixFront::addTensor(const std::vector<MixOption>& options)
{
    assert(!options.empty());
    m_fronts.push_back(frontOf(options));
    m_hulls.push_back(hullOf(options, m_fronts.back()));
    const std::vector<std::size_t>& hull = m_hulls.back();
    m_leastBytes += options[hull.front()].bytes;
    for (std::size_t place = 1; place < hull.size(); ++place) {
        const MixOption& from = options[hull[place - 1]];
        const MixOption& to = options[hull[place]];
        m_steps.push_back(
            { m_hulls.size() - 1, place, to.bytes - from.bytes, from.loss - to.loss });
    }
}

std::size_t MixFront::stepsWithin(std::uint64_t bytes) const
{
    return std::size_t(std::ranges::upper_bound(m_stepBytes, bytes) - m_stepBytes.begin());
}

std::vector<std::size_t> MixFront::placesAfter(std::size_t steps) const
{
    std::vector<std::size_t> places(m_hulls.size(), 0);
    for (std::size_t step = 0; step < steps; ++step)
        places[m_steps[step].tensor] = m_steps[step].to;
    return places;
}

std::vector<std::size_t> MixFront::quick(std::uint64_t bytes) const
{
    assert(bytes >= m_leastBytes);
    const std::size_t taken = stepsWithin(bytes);
    std::vector<std::size_t> places = placesAfter(taken);
    std::uint64_t left = bytes - (taken == 0 ? m_leastBytes : m_stepBytes[taken - 1]);
    for (std::size_t step = taken; step < m_steps.size(); ++step) {
        const Step& next = m_steps[step];
        if (next.bytes <= left && places[next.tensor] + 1 == next.to) {
            places[next.tensor] = next.to;
            left -= next.bytes;
        }
    }
    for (std::size_t tensor = 0; tensor < places.size(); ++tensor)
        places[tensor] = m_hulls[tensor][places[tensor]];
    fill(places, bytes);
    return places;
}

std::vector<std::size_t> MixFront::coreAround(std::size_t step) const
{
    std::vector<std::size_t> core;
    const auto take = [&](std::size_t at) {
        const std::size_t tensor = m_steps[at].tensor;
        if (core.size() < coreSize && std::ranges::find(core, tensor) == core.end())
            core.push_back(tensor);
    };
    for (std::size_t away = 0; away < m_steps.size() && core.size() < coreSize; ++away) {
        if (step + away < m_steps.size())
            take(step + away);
        if (away < step)
            take(step - away - 1);
    }
    return core;
}

void MixFront::fill(std::vector<std::size_t>& chosen, std::uint64_t bytes) const
{
    std::uint64_t left = bytes - bytesOf(chosen);
    for (;;) {
        std::size_t which = 0, to = 0;
        double steepest = 0;
        for (std::size_t tensor = 0; tensor < chosen.size(); ++tensor) {
            const MixOption& now = m_options[tensor][chosen[tensor]];
            for (const std::size_t option : m_fronts[tensor]) {
                const MixOption& next = m_options[tensor][option];
                if (next.bytes <= now.bytes || next.bytes - now.bytes > left
                    || slope(now, next) <= steepest)
                    continue;
                steepest = slope(now, next);
                which = tensor;
                to = option;
            }
        }
        if (steepest <= 0)
            return;
        left -= m_options[which][to].bytes - m_options[which][chosen[which]].bytes;
        chosen[which] = to;
    }
}

std::vector<std::size_t> MixFront::best(std::uint64_t bytes) const
{
    assert(bytes >= m_leastBytes);
    const std::size_t taken = stepsWithin(bytes);
    const std::vector<std::size_t> core = coreAround(taken);
    std::vector<std::size_t> chosen = placesAfter(taken);
    for (std::size_t tensor = 0; tensor < chosen.size(); ++tensor)
        chosen[tensor] = m_hulls[tensor][chosen[tensor]];
    std::uint64_t left = bytes - bytesOf(chosen);
    for (const std::size_t tensor : core)
        left += m_options[tensor][chosen[tensor]].bytes;
    MixStates states(left);
    for (const std::size_t tensor : core)
        states.add(m_options[tensor], m_fronts[tensor]);
    const std::vector<std::size_t> found = states.best();
    for (std::size_t i = 0; i < core.size(); ++i)
        chosen[core[i]] = found[i];
    fill(chosen, bytes);
    std::vector<std::size_t> plain = quick(bytes);
    return lossOf(plain) < lossOf(chosen) ? plain : chosen;
}

std::uint64_t MixFront::bytesOf(const std::vector<std::size_t>& chosen) const
{
    std::uint64_t bytes = 0;
    for (std::size_t tensor = 0; tensor < chosen.size(); ++tensor)
        bytes += m_options[tensor][chosen[tensor]].bytes;
    return bytes;
}

double MixFront::lossOf(const std::vector<std::size_t>& chosen) const
{
    double loss = 0;
    for (std::size_t tensor = 0; tensor < chosen.size(); ++tensor)
        loss += m_options[tensor][chosen[tensor]].loss;
    return loss;
}

} // namespace core
