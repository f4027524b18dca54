// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/safetensors.h"
#include "tests/fuzz/fuzztarget.h"
#include "tests/fuzz/memoryfile.h"
#include "tests/support/filebytes.h"
#include "tests/support/safetensorswriter.h"

std::vector<std::string> fuzz::seeds()
{
    return {
        support::safetensorsBytes({ { "model.norm.weight", "F32", { 2 }, "abcdefgh" },
            { "model.embed_tokens.weight", "BF16", { 4, 2 }, "0123456789abcdef" },
            { "mask", "BOOL", { 2 }, "xy" }, { "empty", "F16", { 0, 3 }, "" },
            { "scalar", "F16", {}, "xy" } }),
        support::safetensorsBytes(
            R"({"a":{"dtype":"F16","shape":[3],"data_offsets":[0,6]}})", "abcdef"),
        support::safetensorsBytes("{}", ""),
    };
}

void fuzz::check(std::string_view bytes)
{
    static const support::TemporaryFolder folder;
    static fuzz::MemoryFile memory(folder / "model.safetensors");
    memory.setBytes(bytes);
    for (const core::StoredTensor& tensor : core::readSafetensors(folder / "model.safetensors")) {
        if (!tensor.format)
            continue;
        std::vector<float> weights(*core::weightCount(tensor.shape));
        tensor.format->decodeBlocks(tensor.bytes.data(), weights.size(), weights.data());
    }
}
