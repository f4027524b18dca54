// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/charsmap.h"

#include <string>
#include <string_view>

namespace core {

/// SentencePiece's way to make a text fit for its vocabulary (normalizer_spec, trainer_spec).
/// Immutable; safe to use from several threads.
struct PieceNormalizer {
    CharsMap map{};
    bool addsSpace = true; ///< before the text
    bool addsSpaceBehind = false; ///< instead (treat_whitespace_as_suffix)
    bool mergesSpaces = false; ///< several become one, none at the ends
    bool repairsText = false; ///< a byte that is no UTF-8 becomes U+FFFD

    std::string operator()(std::string_view text) const;
};

} // namespace core
