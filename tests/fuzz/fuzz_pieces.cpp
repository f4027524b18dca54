// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/json.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/fuzz/fuzztarget.h"
#include "tests/fuzz/memoryfile.h"
#include "tests/support/filebytes.h"

#include <nlohmann/json.hpp>

namespace {

std::string piece(const std::string& text, char type)
{
    const std::string inner = "\x0a" + std::string(1, char(text.size())) + text + "\x15"
        + support::little(-1.0f) + "\x18" + std::string(1, type);
    return "\x0a" + std::string(1, char(inner.size())) + inner;
}

} // namespace

std::vector<std::string> fuzz::seeds()
{
    const std::string trainer("\x12\x02\x18\x02", 4);
    return { piece("<unk>", 2) + piece("<s>", 3) + piece("</s>", 3) + piece("a", 1) + piece("ab", 1)
        + piece("<0x41>", 6) + trainer };
}

void fuzz::check(std::string_view bytes)
{
    static const support::TemporaryFolder folder;
    static fuzz::MemoryFile memory(folder / "tokenizer.model");
    memory.setBytes(bytes);
    const auto found = core::tokenizerFromFolder(folder.path(), core::Json::object(), 16);
    found.tokenizer->decode(found.tokenizer->encode("abA cab"));
}
