// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/closer.h"

#include <algorithm>
#include <array>

namespace core::formats {

namespace {

    struct Entry {
        const Format* format;
        void (*encode)(const RowsToEncode& rows);
        bool isQuick = true; ///< without importance, too
    };

    constexpr std::array table{ Entry{ &q4_0, closer::encodeQ4_0, false },
        Entry{ &q4_1, closer::encodeQ4_1, false }, Entry{ &q5_0, closer::encodeQ5_0, false },
        Entry{ &q5_1, closer::encodeQ5_1, false }, Entry{ &iq4_NL, closer::encodeIq4Nl },
        Entry{ &iq4_XS, closer::encodeIq4Xs }, Entry{ &q2_K, closer::encodeQ2K },
        Entry{ &q3_K, closer::encodeQ3K }, Entry{ &q4_K, closer::encodeQ4K },
        Entry{ &q5_K, closer::encodeQ5K }, Entry{ &q6_K, closer::encodeQ6K } };

    const Entry* find(const Format& format)
    {
        const auto found = std::ranges::find(table, &format, &Entry::format);
        return found == table.end() ? nullptr : &*found;
    }

} // namespace

void (*closerEncoder(const Format& format))(const RowsToEncode& rows)
{
    const Entry* entry = find(format);
    return entry ? entry->encode : nullptr;
}

Encoder quickEncoder(const Format& format, bool withImportance)
{
    const Entry* entry = find(format);
    return entry && (withImportance || entry->isQuick) ? Encoder::Closest : Encoder::Ggml;
}

} // namespace core::formats
