// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/json.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/fuzz/fuzztarget.h"
#include "tests/fuzz/memoryfile.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <nlohmann/json.hpp>

namespace {

/// Llama 2's kind, with every step that a character vocabulary may have, and T5's.
const char* const otherKinds[] = {
    R"({"added_tokens": [{"id": 0, "content": "<unk>", "special": true},
        {"id": 9, "content": "<t>", "lstrip": true, "rstrip": true, "normalized": true},
        {"id": 10, "content": "mat", "single_word": true}],
      "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"},
        {"type": "Strip"}, {"type": "Prepend", "prepend": "▁"},
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
        {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
      "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious"},
        {"type": "Digits", "individual_digits": true}, {"type": "Punctuation"},
        {"type": "Metaspace", "prepend_scheme": "first", "split": true}]},
      "post_processor": {"type": "TemplateProcessing", "single": [
        {"SpecialToken": {"id": "<unk>"}}, {"Sequence": {"id": "A"}}]},
      "model": {"type": "BPE", "unk_token": "<unk>", "byte_fallback": true, "fuse_unk": true,
        "vocab": {"<unk>": 0, "▁": 1, "a": 2, "t": 3, "▁a": 4, "at": 5, "c": 6, "cat": 7,
          "<0xC3>": 8}, "merges": ["▁ a", ["a", "t"], "c at"]}})",
    R"({"added_tokens": [{"id": 0, "content": "<unk>", "special": true}],
      "normalizer": {"type": "Precompiled", "precompiled_charsmap": "DAAAAACAAQBhDQAAAAAAgGIA"},
      "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"},
        {"type": "Metaspace"}]},
      "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": true,
        "vocab": [["<unk>", 0], ["▁", -3], ["a", -4.5], ["at", -4], ["▁the", -2], ["<0x61>", -9]]}})",
};

} // namespace

std::vector<std::string> fuzz::seeds()
{
    const support::TemporaryFolder folder;
    support::writeTinyModel({}, folder.path());
    const std::string whole = support::readFile(folder / "tokenizer.json");
    // The same with its small members last, where the vocabulary does not stand in front of them.
    core::Json json = core::parseJson(whole, "tokenizer.json");
    return { whole, core::jsonText(json), otherKinds[0], otherKinds[1] };
}

void fuzz::check(std::string_view bytes)
{
    static const support::TemporaryFolder folder;
    static fuzz::MemoryFile memory(folder / "tokenizer.json");
    memory.setBytes(bytes);
    const int vocabulary = int(support::tinyTokens().size());
    const auto found = core::tokenizerFromFolder(folder.path(), core::Json::object(), vocabulary);
    const auto tokens = found.tokenizer->encode("The cat, it's on 12 mats.\n\n caf\xc3\xa9");
    found.tokenizer->decode(tokens);
    core::tokenizerFromGguf(found.metadata, "as a GGUF").tokenizer->encode("The cat <t> mat");
}
