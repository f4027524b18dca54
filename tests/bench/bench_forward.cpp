// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench.h"
#include "tests/interop/bothsides.h"
#include "tests/interop/interopfiles.h"
#include "tests/interop/llamamodel.h"
#include "tests/support/filebytes.h"
#include "tests/support/oneprocessor.h"

#include "core/model/walk.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>
#include <vector>

namespace bench {

namespace {

    using core::Checkpoint;

    /// Processor seconds of the calling thread: others' load on the machine does not count.
    double threadSeconds()
    {
        timespec now;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
    }

    /// Tokens a second of the quickest of three runs of `work`, after one that warms up.
    template<typename Work>
    double tokensPerSecond(double tokens, const Work& work)
    {
        work();
        double best = 0;
        for (int run = 0; run < 3; ++run) {
            const double start = threadSeconds();
            work();
            best = std::max(best, tokens / (threadSeconds() - start));
        }
        return best;
    }

    std::vector<std::vector<int>> someSequences(const Checkpoint& model, int count, int length)
    {
        std::vector<std::vector<int>> sequences;
        for (int i = 0; i < count; ++i) {
            sequences.emplace_back();
            for (int position = 0; position < length; ++position)
                sequences.back().push_back(
                    (i * 7919 + position * 104'729) % model.config().vocabulary);
        }
        return sequences;
    }

    double ourSpeed(const Checkpoint& model, const std::vector<std::vector<int>>& sequences)
    {
        const double tokens = double(sequences.size() * sequences.front().size());
        return tokensPerSecond(tokens, [&] {
            core::HiddenStates hidden = core::embed(model, sequences);
            core::walk(hidden, model, nullptr, {});
        });
    }

    double llamaSpeed(const std::filesystem::path& file, const std::vector<int>& sequence)
    {
        const auto model = std::make_shared<interop::LlamaModel>(
            interop::LlamaLibrary::load(interop::llamaFolder()), file);
        const int length = int(sequence.size());
        interop::LlamaContext context(model, length);
        constexpr int times = 4; // of a sequence in one measurement
        return tokensPerSecond(double(times) * length, [&] {
            for (int i = 0; i < times; ++i) {
                context.clear();
                context.decode(sequence, 0, length - 1);
            }
        });
    }

    void print(const char* name, const std::filesystem::path& source, int count, int length)
    {
        if (const std::string absent = interop::missing(source); !absent.empty()) {
            std::printf("%-8s %s\n", name, absent.c_str());
            return;
        }
        const support::TemporaryFolder folder;
        const std::filesystem::path file = folder / "f32.gguf";
        interop::exportAs(Checkpoint::open(source), "F32", file);
        const auto model = Checkpoint::open(file);
        const auto sequences = someSequences(*model, count, length);
        const support::OneProcessor one;
        const double ours = ourSpeed(*model, sequences);
        const bool hasLlama = interop::missing(interop::llamaFolder() / "libggml-base.so").empty();
        const double llamas = hasLlama ? llamaSpeed(file, sequences.front()) : 0;
        std::printf("%-8s %6d %9.0f", name, length, ours);
        if (hasLlama)
            std::printf(" %11.0f %9.2f\n", llamas, ours / llamas);
        else
            std::printf(" %11s %9s\n", "-", "-");
        std::fflush(stdout);
    }

} // namespace

void forward()
{
    std::printf("Forward pass in F32, tokens a second of processor time, one thread\n");
    std::printf("%-8s %6s %9s %11s %9s\n", "", "prompt", "ours", "llama.cpp's", "ratio");
    print("sample", interop::sharedFile("models/sample"), 16, 256);
    print("SmolLM2", interop::smolLm2(), 8, 512);
}

} // namespace bench
