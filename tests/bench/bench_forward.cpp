// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench.h"
#include "tests/interop/bothsides.h"
#include "tests/interop/interopfiles.h"
#include "tests/interop/llamamodel.h"
#include "tests/support/filebytes.h"
#include "tests/support/oneprocessor.h"

#include "core/base/parallel.h"
#include "core/model/walk.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace bench {

namespace {

    using core::Checkpoint;

    /// Seconds of the calling thread's processor on one thread, so that others' load on the machine
    /// does not count; of the clock on the wall on several.
    double secondsNow(unsigned threads)
    {
        timespec now;
        clock_gettime(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &now);
        return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
    }

    /// The best of three runs of each, in turns, after one that warms up: tokens a second.
    struct Speeds {
        double ours = 0, llamas = 0;
    };
    Speeds takingTurns(unsigned threads, double ourTokens, const std::function<void()>& ours,
        double llamaTokens, const std::function<void()>& llamas)
    {
        const auto speed = [&](double tokens, const std::function<void()>& work) {
            const double start = secondsNow(threads);
            work();
            return tokens / (secondsNow(threads) - start);
        };
        Speeds best;
        for (int run = 0; run < 4; ++run) {
            const double our = speed(ourTokens, ours);
            const double llama = llamas ? speed(llamaTokens, llamas) : 0;
            if (run == 0)
                continue;
            best = { std::max(best.ours, our), std::max(best.llamas, llama) };
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

    Speeds measure(const std::filesystem::path& file, unsigned threads,
        const std::vector<std::vector<int>>& sequences)
    {
        const auto model = Checkpoint::open(file);
        const auto ours = [&] {
            core::HiddenStates hidden = core::embed(*model, sequences);
            core::walk(hidden, *model, nullptr, {});
        };
        const double length = double(sequences.front().size());
        const double ourTokens = double(sequences.size()) * length;
        if (!interop::missing(interop::llamaFolder() / "libggml-base.so").empty())
            return takingTurns(threads, ourTokens, ours, 0, nullptr);
        const auto llama = std::make_shared<interop::LlamaModel>(
            interop::LlamaLibrary::load(interop::llamaFolder()), file);
        interop::LlamaContext context(llama, int(length), int(threads));
        constexpr int times = 4; // of a sequence in one measurement
        return takingTurns(threads, ourTokens, ours, times * length, [&] {
            for (int i = 0; i < times; ++i) {
                context.clear();
                context.decode(sequences.front(), 0, int(length) - 1);
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
        const auto sequences = someSequences(*Checkpoint::open(file), count, length);
        for (const unsigned threads : { 1u, core::processorCount() }) {
            std::optional<support::OneProcessor> one;
            if (threads == 1)
                one.emplace();
            const auto [ours, llamas] = measure(file, threads, sequences);
            std::printf("%-8s %6d %7u %9.0f", name, length, threads, ours);
            if (llamas > 0)
                std::printf(" %11.0f %9.2f\n", llamas, ours / llamas);
            else
                std::printf(" %11s %9s\n", "-", "-");
            std::fflush(stdout);
        }
    }

} // namespace

void forward()
{
    std::printf("Forward pass in F32, tokens a second (one thread: of processor time)\n");
    std::printf(
        "%-8s %6s %7s %9s %11s %9s\n", "", "prompt", "threads", "ours", "llama.cpp's", "ratio");
    print("sample", interop::sharedFile("models/sample"), 16, 256);
    print("SmolLM2", interop::smolLm2(), 8, 512);
}

} // namespace bench
