// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench.h"
#include "tests/interop/bothsides.h"
#include "tests/interop/interopfiles.h"
#include "tests/interop/llamamodel.h"
#include "tests/support/filebytes.h"
#include "tests/support/oneprocessor.h"

#include "core/base/parallel.h"
#include "core/generate/generator.h"
#include "core/generate/sampling.h"

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

    constexpr int promptTokens = 32, steps = 96;

    /// Seconds of the calling thread's processor on one thread, so that others' load on the machine
    /// does not count; of the clock on the wall on several.
    double secondsNow(unsigned threads)
    {
        timespec now;
        clock_gettime(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &now);
        return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
    }

    /// Reads a prompt, then one token after the other that is the likeliest. Tokens a second of
    /// the second.
    struct Run {
        std::function<core::Matrix(const std::vector<int>&)> start;
        std::function<core::Matrix(int)> next;
    };
    double speedOf(const Run& run, int vocabulary, unsigned threads, std::vector<int>& written)
    {
        std::vector<int> prompt;
        for (int i = 0; i < promptTokens; ++i)
            prompt.push_back(i * 104'729 % vocabulary);
        core::Matrix logits = run.start(prompt);
        written.clear();
        const double start = secondsNow(threads);
        for (int i = 0; i < steps; ++i) {
            written.push_back(core::chooseToken(logits, {}, 0));
            logits = run.next(written.back());
        }
        return steps / (secondsNow(threads) - start);
    }

    struct Speeds {
        double ours = 0, llamas = 0;
        bool same = true; ///< they wrote the same
    };
    /// The best of three runs of each, in turns.
    Speeds measure(const std::filesystem::path& file, unsigned threads)
    {
        core::Generator generator(Checkpoint::open(file), core::usualHeldBytes());
        const int vocabulary = generator.checkpoint().config().vocabulary;
        const Run ours{ [&](const auto& prompt) { return generator.start(prompt, {}); },
            [&](int token) { return generator.next(token, {}); } };
        std::unique_ptr<interop::LlamaContext> context;
        if (interop::missing(interop::llamaFolder() / "libggml-base.so").empty())
            context = std::make_unique<interop::LlamaContext>(
                std::make_shared<interop::LlamaModel>(
                    interop::LlamaLibrary::load(interop::llamaFolder()), file),
                promptTokens + steps, int(threads));
        int position = 0;
        const Run llamas{ [&](const std::vector<int>& prompt) {
                             context->clear();
                             position = int(prompt.size());
                             return context->decode(prompt, 0, position - 1);
                         },
            [&](int token) { return context->decode({ token }, position++, 0); } };
        Speeds best;
        std::vector<int> our, their;
        for (int run = 0; run < 3; ++run) {
            best.ours = std::max(best.ours, speedOf(ours, vocabulary, threads, our));
            if (!context)
                continue;
            best.llamas = std::max(best.llamas, speedOf(llamas, vocabulary, threads, their));
            best.same = best.same && our == their;
        }
        return best;
    }

    void print(const char* name, const std::filesystem::path& source)
    {
        if (const std::string absent = interop::missing(source); !absent.empty()) {
            std::printf("%-8s %s\n", name, absent.c_str());
            return;
        }
        const support::TemporaryFolder folder;
        const std::filesystem::path file = folder / "f32.gguf";
        interop::exportAs(Checkpoint::open(source), "F32", file);
        for (const unsigned threads : { 1u, core::processorCount() }) {
            std::optional<support::OneProcessor> one;
            if (threads == 1)
                one.emplace();
            const Speeds best = measure(file, threads);
            std::printf("%-8s %7u %9.1f", name, threads, best.ours);
            if (best.llamas > 0)
                std::printf(" %11.1f %9.2f %s\n", best.llamas, best.ours / best.llamas,
                    best.same ? "yes" : "no");
            else
                std::printf(" %11s %9s %s\n", "-", "-", "-");
            std::fflush(stdout);
        }
    }

} // namespace

void generate()
{
    std::printf("%d tokens after a prompt of %d, in F32, tokens a second (one thread: of "
                "processor time)\n",
        steps, promptTokens);
    std::printf(
        "%-8s %7s %9s %11s %9s %s\n", "", "threads", "ours", "llama.cpp's", "ratio", "same text");
    print("sample", interop::sharedFile("models/sample"));
    print("SmolLM2", interop::smolLm2());
}

} // namespace bench
