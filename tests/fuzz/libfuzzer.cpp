// SPDX-License-Identifier: GPL-3.0-or-later
// Drives a fuzz target with libFuzzer (LLVM, "libFuzzer: a library for coverage-guided fuzz
// testing").
#include "core/base/error.h"
#include "tests/fuzz/fuzztarget.h"
#include "tests/support/filebytes.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    try {
        fuzz::check({ reinterpret_cast<const char*>(bytes), size });
    } catch (const core::Error&) {
        // refused in a sentence, as it should be
    }
    return 0;
}

/// Adds a folder with the seeds to the arguments, as the corpus to start from.
extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments)
{
    static const support::TemporaryFolder folder;
    static std::string corpus = folder.path().string();
    int number = 0;
    for (const std::string& seed : fuzz::seeds())
        support::writeFile(folder / ("seed" + std::to_string(number++)), seed);
    static std::vector<char*> extended(*arguments, *arguments + *count);
    extended.push_back(corpus.data());
    extended.push_back(nullptr);
    *arguments = extended.data();
    ++*count;
    return 0;
}
