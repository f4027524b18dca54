// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench.h"

#include <algorithm>
#include <array>
#include <exception>
#include <iostream>
#include <string_view>

namespace {

struct Part {
    std::string_view name;
    std::string_view what;
    void (*run)();
    bool isLong = false;
};

constexpr std::array parts{
    Part{ "formats", "encode and decode MB/s of every number format", bench::formats },
    Part{ "closer", "encode MB/s of the encoders with a lower error than ggml's", bench::closer },
    Part{ "forward", "tokens a second through a model's layers", bench::forward },
    Part{ "generate", "tokens a second that are written one after the other", bench::generate },
    Part{ "tokenizer", "MB/s of English that become ids", bench::tokenizer },
    Part{ "gptq", "seconds and memory that GPTQ of one layer takes", bench::gptq },
    Part{ "estimates", "told memory and time of runs beside what they take (some minutes)",
        bench::estimates, true },
    Part{ "memory",
        "memory of GPTQ of one layer of Llama-3-8B, phase by phase (minutes; only when named)",
        bench::memory, true },
    Part{ "memory-large", "the same of 70B, Mixtral and gpt-oss-120b, 8 GB of disk",
        bench::largeMemory, true },
    Part{ "memory-small", "the same of half as wide a layer, and of one with experts (minutes)",
        bench::smallMemory, true },
    Part{ "memory-told", "what runs on all four are told to take (8 GB of disk; seconds)",
        bench::toldMemory, true },
    Part{ "sensitivity",
        "predicted losses of tensors and recipes beside measured ones (some minutes)",
        bench::sensitivity, true },
    Part{ "sensitivity-real", "the same on SmolLM2-135M", bench::realSensitivity, true },
    Part{ "gptq-8b",
        "the same of a layer of Llama-3-8B, 8,192 tokens (many minutes; only when named)",
        bench::largeGptq, true },
    Part{ "gptq-8b-32k", "the same with 32,768 tokens", bench::largeGptqWithMuchText, true },
    Part{ "commands",
        "seconds, busy processors and memory of whole commands, beside llama.cpp's quantizing "
        "(minutes; only when named)",
        bench::commands, true },
    Part{ "commands-8b", "the same of quantizing eight layers of Llama-3-8B, 12 GB of disk",
        bench::largeCommands, true },
};

int usage()
{
    std::cerr << "Usage: quantscope-bench [PART]...\nWithout a part, all of them:\n";
    for (const Part& part : parts)
        std::cerr << "  " << part.name << "  " << part.what << '\n';
    return 2;
}

} // namespace

int main(int argc, char** argv)
try {
    if (argc >= 5 && argc <= 6 && std::string_view(argv[1]) == "llama-quantize")
        return bench::llamaQuantize(argc - 2, argv + 2);
    for (int i = 1; i < argc; ++i)
        if (std::ranges::find(parts, std::string_view(argv[i]), &Part::name) == parts.end())
            return usage();
    for (const Part& part : parts)
        if ((argc == 1 && !part.isLong)
            || std::find(argv + 1, argv + argc, part.name) != argv + argc)
            part.run();
    return 0;
} catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
