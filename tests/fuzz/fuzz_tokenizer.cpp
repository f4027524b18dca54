// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/json.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/fuzz/fuzztarget.h"
#include "tests/fuzz/memoryfile.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <nlohmann/json.hpp>

std::vector<std::string> fuzz::seeds()
{
    const support::TemporaryFolder folder;
    support::writeTinyModel({}, folder.path());
    const std::string whole = support::readFile(folder / "tokenizer.json");
    // The same with its small members last, where the vocabulary does not stand in front of them.
    core::Json json = core::parseJson(whole, "tokenizer.json");
    return { whole, core::jsonText(json) };
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
}
