// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/tiedhead.h"

#include "core/base/text.h"

#include <cstring>

namespace core {

namespace {

    const StoredTensor* storedAt(const SortedTensors& sorted, Role role)
    {
        const auto found = sorted.found.find(Place{ role });
        return found == sorted.found.end() ? nullptr : found->second.begin()->second;
    }

    /// Whether two tensors of other formats have the same values.
    bool areSameValues(const StoredTensor& a, const StoredTensor& b)
    {
        constexpr std::uint64_t step = 1 << 20; // values at once: a multiple of every block
        if (!a.format || !b.format || a.bytes.empty() || b.bytes.empty() || a.shape != b.shape)
            return false;
        const std::uint64_t count = weightCount(a.shape).value_or(0);
        for (std::uint64_t first = 0; first < count; first += step)
            if (decodedValues(a, first, step) != decodedValues(b, first, step))
                return false;
        return true;
    }

    bool isSame(const StoredTensor& a, const StoredTensor& b)
    {
        if (a.format != b.format || a.source || b.source)
            return areSameValues(a, b);
        const bool isOneStorage = a.bytes.data() == b.bytes.data(); // as PyTorch saves the two
        return a.shape == b.shape && a.bytes.size() == b.bytes.size()
            && (isOneStorage || std::memcmp(a.bytes.data(), b.bytes.data(), a.bytes.size()) == 0);
    }

} // namespace

std::string tiedHeadNote(const SortedTensors& sorted, const ModelConfig& config)
{
    const StoredTensor* head = storedAt(sorted, Role::Output);
    const StoredTensor* embedding = storedAt(sorted, Role::TokenEmbd);
    if (!config.tiedHead || !head || !embedding || isSame(*head, *embedding))
        return {};
    return text("The files hold a head of its own (", head->name.substr(0, 200),
        ") that differs from the embedding, but the configuration ties the two: the embedding is "
        "taken, as transformers does");
}

} // namespace core
