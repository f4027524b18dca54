// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/mutator.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace fuzz {

Mutator::Mutator(std::vector<std::string> seeds, unsigned number)
    : m_seeds(std::move(seeds))
    , m_generator(number)
{
}

std::string Mutator::next()
{
    std::string bytes = m_seeds[below(m_seeds.size())];
    for (std::size_t changes = 1 + below(4); changes > 0; --changes)
        change(bytes);
    return bytes;
}

std::size_t Mutator::below(std::size_t limit)
{
    return limit == 0 ? 0 : std::size_t(m_generator() % limit);
}

std::size_t Mutator::place(const std::string& bytes)
{
    const bool anywhere = below(4) == 0;
    return below(anywhere ? bytes.size() : 1 + below(1 + below(bytes.size())));
}

void Mutator::change(std::string& bytes)
{
    if (bytes.empty()) {
        bytes = std::string(1 + below(16), char(below(256)));
        return;
    }
    const std::size_t at = place(bytes);
    switch (below(6)) {
    case 0:
        bytes[at] = char(bytes[at] ^ (1 << below(8)));
        break;
    case 1:
        bytes[at] = char(below(256));
        break;
    case 2: { // a character that means something in JSON
        constexpr std::string_view special = "0123456789-.eE\"\\{}[],:ntf \0";
        bytes[at] = special[below(special.size())];
        break;
    }
    case 3:
    case 4:
        overwriteNumber(bytes);
        break;
    case 5:
        cutOrRepeat(bytes);
        break;
    }
}

/// Writes a number on which lengths, counts and offsets may stumble, in 1, 2, 4 or 8 bytes.
void Mutator::overwriteNumber(std::string& bytes)
{
    constexpr std::uint64_t one = 1;
    const std::uint64_t numbers[] = { 0, 1, 2, 7, 8, 31, 32, 33, 255, 65535, one << 24, one << 31,
        (one << 31) - 1, (one << 32) - 1, one << 32, one << 62, one << 63, (one << 63) - 1,
        ~(one - 1), ~one, bytes.size(), bytes.size() - 1, bytes.size() + 1 };
    const std::uint64_t number = numbers[below(std::size(numbers))];
    const std::size_t at = place(bytes);
    const std::size_t size = std::min(std::size_t(1) << below(4), bytes.size() - at);
    std::memcpy(bytes.data() + at, &number, size);
}

void Mutator::cutOrRepeat(std::string& bytes)
{
    const std::size_t at = place(bytes);
    const std::size_t length = std::min(bytes.size() - at, 1 + below(64));
    switch (below(4)) {
    case 0:
        bytes.erase(at, length);
        break;
    case 1:
        bytes.insert(at, bytes.substr(at, length));
        break;
    case 2:
        bytes.insert(place(bytes), bytes.substr(at, length));
        break;
    case 3:
        bytes.resize(at);
        break;
    }
}

} // namespace fuzz
