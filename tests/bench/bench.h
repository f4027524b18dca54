// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>

/// The parts of quantscope-bench. Each prints its own table, beside ggml's figures where ggml does
/// the same work and its library is there.
namespace bench {

/// Encode and decode MB/s of every number format on all processors.
void formats();

/// The same of the encoders of our own that have a lower error than ggml's.
void closer();

/// Tokens/s of the walk through the sample and SmolLM2 in F32, on one thread and on all processors.
void forward();

/// Tokens/s of text that the sample and SmolLM2 write in F32, one token after the other.
void generate();

/// Seconds that GPTQ of one layer takes on all processors, beside what its matrix products would
/// take at their peak, and its memory.
void gptq();

/// The same of a layer of Llama-3-8B with 8,192 and with 32,768 tokens: many minutes.
void largeGptq();
void largeGptqWithMuchText();

/// Seconds, busy processors and memory of whole commands of quantscope-cli, step by step, beside
/// llama.cpp's quantizing: on two layers of Llama-3-8B's shape; and on eight with its whole
/// vocabulary.
void commands();
void largeCommands();

/// llama.cpp quantizes INPUT into OUTPUT as FILETYPE (its number), with IMATRIX if there is one: a
/// program of its own for `commands` to watch. Requires: three or four arguments. Throws
/// core::Error.
int llamaQuantize(int count, char** arguments);
/// MB/s of English that become ids, for the sample's tokenizer and llama.cpp's vocabularies.
void tokenizer();

/// Memory and time of runs as they are told beforehand and after the first layer, beside what they
/// take: of the sample and SmolLM2, by several methods, with little and much text.
void estimates();

/// The most that GPTQ of one layer of Llama-3-8B has in memory, phase by phase, beside what is told
/// and what it should need; and of 70B, Mixtral and gpt-oss-120b, which take many minutes and 8 GB
/// of disk.
void memory();
void smallMemory();
void largeMemory();
/// What is told of all of these, without running them.
void toldMemory();

/// Predicted losses of single tensors and of random recipes beside measured ones, on the sample;
/// and on SmolLM2, which takes many minutes.
void sensitivity();
void realSensitivity();

/// Seconds that one call of `work` takes: the least of as many calls as fit in `budget`, at least
/// three.
template<typename Work>
double seconds(const Work& work, std::chrono::milliseconds budget = std::chrono::milliseconds(150))
{
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + budget;
    std::chrono::duration<double> least = std::chrono::hours(24);
    for (int call = 0; call < 3 || Clock::now() < end; ++call) {
        const auto start = Clock::now();
        work();
        least = std::min<std::chrono::duration<double>>(least, Clock::now() - start);
    }
    return least.count();
}

} // namespace bench
