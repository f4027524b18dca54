// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/gguf.h"
#include "core/model/checkpoint.h"
#include "tests/fuzz/fuzztarget.h"
#include "tests/fuzz/memoryfile.h"
#include "tests/fuzz/smallestmodel.h"
#include "tests/support/filebytes.h"

namespace {

std::string tinyGguf(const core::Format& format)
{
    const support::TemporaryFolder folder;
    support::writeTinyGguf(fuzz::smallestModel(), folder / "m.gguf", format);
    return support::readFile(folder / "m.gguf");
}

} // namespace

std::vector<std::string> fuzz::seeds()
{
    return { tinyGguf(core::formats::f32), tinyGguf(core::formats::q4_0) };
}

void fuzz::check(std::string_view bytes)
{
    static const support::TemporaryFolder folder;
    static fuzz::MemoryFile memory(folder / "m.gguf");
    memory.setBytes(bytes);
    const core::GgufFile file = core::readGguf(folder / "m.gguf");
    for (const auto& [key, value] : file.metadata.pairs())
        (void)core::toText(value);
    const auto checkpoint = core::Checkpoint::open(folder / "m.gguf");
    for (const core::Tensor& tensor : checkpoint->tensors())
        (void)core::decodeRows(tensor, tensor.rows - 1, 1);
    if (checkpoint->hasTokenizer())
        checkpoint->tokenizer().encode("The cat, it's on 12 mats.\n\n ok");
}
