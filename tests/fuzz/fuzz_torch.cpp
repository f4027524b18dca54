// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/torchfile.h"
#include "tests/fuzz/fuzztarget.h"
#include "tests/fuzz/memoryfile.h"
#include "tests/support/filebytes.h"
#include "tests/support/torchwriter.h"

std::vector<std::string> fuzz::seeds()
{
    const std::vector<support::TorchTensor> tensors{
        { "a", "FloatStorage", std::string(24, 'x'), { 2, 3 } },
        { "b", "", std::string(8, 'y'), { 4 }, {}, 2, "float8_e4m3fn", true },
        { "c", "LongStorage", std::string(8, 'z'), {} },
    };
    const std::string dictionary = support::stateDictionary(tensors);
    const std::vector<support::TorchTensor> typed{ tensors[0], tensors[2] };
    return {
        support::torchBytes(tensors),
        support::zipBytes(
            { { "x/data.pkl", support::pickle(dictionary) }, { "x/data/0", tensors[0].storage },
                { "x/data/1", tensors[1].storage }, { "x/data/2", tensors[2].storage } },
            true),
        support::oldTorchBytes(typed),
        support::torchBytes(tensors,
            support::pickledDictionary({ { support::pickled("state_dict"), dictionary } })),
    };
}

void fuzz::check(std::string_view bytes)
{
    static const support::TemporaryFolder folder;
    static fuzz::MemoryFile memory(folder / "m.bin");
    memory.setBytes(bytes);
    for (const core::StoredTensor& tensor : core::readTorchFile(folder / "m.bin"))
        core::decodedValues(tensor, 0, 1000);
}
