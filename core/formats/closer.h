// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

/// Quantscope's own encoders: bytes of the same format whose weighted error
/// Σ importance·(x − x̂)² is lower than that of ggml's encoder, because scales are judged as they
/// are stored, against every weight at its nearest level, and moved until that stops helping.
/// `Format::encodeRows` stays what gives ggml's bytes.
namespace core {

/// Which of a format's encoders rounds.
enum class Encoder {
    Closest, ///< "closest": Quantscope's own where the format has one, else ggml's
    Ggml, ///< "ggml": the bytes of ggml's reference
};

} // namespace core

namespace core::formats {

/// The encoder of that kind for `format`, or null where there is none. Like encodeRows, a null
/// importance counts all weights alike.
void (*closerEncoder(const Format& format))(const RowsToEncode& rows);

/// Closest where closerEncoder has one that takes at most twice ggml's time (`quantscope-bench
/// closer`): with importance always, without it not in the formats whose scale ggml simply takes
/// from the largest weight.
Encoder quickEncoder(const Format& format, bool withImportance);

namespace closer {
    void encodeQ4_0(const RowsToEncode& rows);
    void encodeQ4_1(const RowsToEncode& rows);
    void encodeQ5_0(const RowsToEncode& rows);
    void encodeQ5_1(const RowsToEncode& rows);
    void encodeIq4Nl(const RowsToEncode& rows);
    void encodeIq4Xs(const RowsToEncode& rows);
    void encodeQ2K(const RowsToEncode& rows);
    void encodeQ3K(const RowsToEncode& rows);
    void encodeQ4K(const RowsToEncode& rows);
    void encodeQ5K(const RowsToEncode& rows);
    void encodeQ6K(const RowsToEncode& rows);
}

} // namespace core::formats
