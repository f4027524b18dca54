// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/vocabulary.h"

#include <filesystem>
#include <string>
#include <vector>

namespace core {

// A tokenizer.model of SentencePiece is a protocol buffer (sentencepiece_model.proto). A field is a
// varint key, number << 3 | wire type, and its value: a varint (0), 8 bytes (1), a varint length
// and as many bytes (2), 4 bytes (5). Of interest here:
//   1  pieces, each a message: 1 piece (string), 2 score (float), 3 type (1–6, 1 if absent)
//   2  trainer_spec: 3 model_type (1 unigram, 2 BPE), 24 treat_whitespace_as_suffix (bool),
//      35 byte_fallback (bool), 40 unk_id, 41 bos_id, 42 eos_id, 43 pad_id
//   3  normalizer_spec: 2 precompiled_charsmap (bytes), 3 add_dummy_prefix (bool, true if absent),
//      4 remove_extra_whitespaces (the same)

struct PieceModel {
    struct Piece {
        std::string text;
        float score = 0;
        TokenType type = TokenType::Normal; ///< the numbers are GGUF's
    };
    std::vector<Piece> pieces; ///< by id
    int unknown = 0, bos = 1, eos = 2, pad = -1; ///< ids; −1: none
    bool isUnigram = false; ///< or BPE
    bool fallsBackToBytes = false; ///< for unigram; BPE does where there are byte tokens
    std::string charsMap; ///< empty: no characters are replaced before
    bool addsSpace = true; ///< before a text
    bool addsSpaceBehind = false; ///< instead
    bool mergesSpaces = false; ///< several become one, none at the ends
};

/// Throws Error (file, place, found, expected) for damage, a model without pieces, one that is
/// neither BPE nor unigram, a type outside 1–6.
PieceModel readPieceModel(const std::filesystem::path& file);

} // namespace core
