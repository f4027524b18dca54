// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/json.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/fuzz/fuzztarget.h"
#include "tests/fuzz/memoryfile.h"
#include "tests/support/filebytes.h"
#include "tests/support/sentencepiece.h"

#include <nlohmann/json.hpp>

std::vector<std::string> fuzz::seeds()
{
    using support::sentencePiece;
    const std::string pieces = sentencePiece("<unk>", 2) + sentencePiece("<s>", 3)
        + sentencePiece("</s>", 3) + sentencePiece("a", 1) + sentencePiece("ab", 1)
        + sentencePiece("<0x41>", 6) + sentencePiece("b ", 4);
    const std::string bpe("\x12\x02\x18\x02", 4);
    const std::string unigram("\x12\x05\x18\x01\x98\x02\x01", 7); // falls back to bytes
    // A character map whose array has three units, then one replacement; no spaces in front.
    const std::string map = support::little(std::uint32_t(12))
        + support::little(std::uint32_t(0x60 << 10))
        + support::little(std::uint32_t('a' | 1 << 8 | 3 << 10))
        + support::little(std::uint32_t(1) << 31) + std::string("b\0", 2);
    const std::string normalizer = "\x1a" + std::string(1, char(map.size() + 4)) + "\x12"
        + std::string(1, char(map.size())) + map + std::string("\x18\0", 2);
    return { pieces + bpe, pieces + unigram, pieces + bpe + normalizer,
        pieces + unigram + normalizer };
}

void fuzz::check(std::string_view bytes)
{
    static const support::TemporaryFolder folder;
    static fuzz::MemoryFile memory(folder / "tokenizer.model");
    memory.setBytes(bytes);
    const auto found = core::tokenizerFromFolder(folder.path(), core::Json::object(), 16);
    found.tokenizer->decode(found.tokenizer->encode("abA  cab\n\xff"));
    const auto again = core::tokenizerFromGguf(found.metadata, "as a GGUF");
    again.tokenizer->decode(again.tokenizer->encode("abA  cab\n\xff"));
}
