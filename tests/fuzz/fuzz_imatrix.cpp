// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/gguf.h"
#include "core/files/imatrix.h"
#include "tests/fuzz/fuzztarget.h"
#include "tests/fuzz/memoryfile.h"
#include "tests/support/filebytes.h"

using support::little;

namespace {

std::string legacyForm()
{
    std::string bytes = little(2);
    for (const std::string name : { "blk.0.attn_q.weight", "blk.0.ffn_down.weight" }) {
        bytes += little(int(name.size())) + name + little(4) + little(3);
        bytes += little(1.0f) + little(0.5f) + little(0.0f);
    }
    return bytes + little(4) + little(3) + "txt";
}

std::string ggufForm()
{
    core::GgufMetadata metadata;
    metadata.set("general.type", std::string("imatrix"));
    const std::vector<core::GgufTensorInfo> tensors
        = { { "a.in_sum2", &core::formats::f32, { 2, 3 } },
              { "a.counts", &core::formats::f32, { 2, 1 } } };
    const support::TemporaryFolder folder;
    const auto zeros = [](std::size_t i) { return std::vector<std::byte>(i == 0 ? 24 : 8); };
    core::writeGguf(folder / "i.gguf", metadata, tensors, zeros, core::Progress());
    return support::readFile(folder / "i.gguf");
}

} // namespace

std::vector<std::string> fuzz::seeds() { return { legacyForm(), ggufForm() }; }

void fuzz::check(std::string_view bytes)
{
    static const support::TemporaryFolder folder;
    static fuzz::MemoryFile memory(folder / "imatrix");
    memory.setBytes(bytes);
    core::readImatrix(folder / "imatrix");
}
