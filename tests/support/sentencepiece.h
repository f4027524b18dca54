// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/filebytes.h"

#include <string>

namespace support {

/// One piece of a SentencePiece model (`pieces` of sentencepiece_model.proto, in protobuf's wire
/// format), of under 100 bytes; types: 1 usual, 2 unknown, 3 control, 4 of the user, 6 a byte.
inline std::string sentencePiece(const std::string& text, char type)
{
    const std::string inner = "\x0a" + std::string(1, char(text.size())) + text + "\x15"
        + little(-1.0f) + "\x18" + std::string(1, type);
    return "\x0a" + std::string(1, char(inner.size())) + inner;
}

} // namespace support
