// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench.h"
#include "tests/bench/countedblas.h"
#include "tests/bench/syntheticmodel.h"
#include "tests/support/filebytes.h"

#include "core/base/blas.h"
#include "core/base/parallel.h"
#include "core/quant/quantize.h"

#include <atomic>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace bench {

namespace {

    using namespace core;

    constexpr Shape shapes[]{
        { "sample", 256, 768, 4, 2, 64, 64, 256 },
        { "SmolLM2-135M", 576, 1536, 9, 3, 64, 16, 512 },
        { "Llama-3.2-1B", 2048, 8192, 32, 8, 64, 8, 512 },
    };
    constexpr Shape large[]{ { "Llama-3-8B", 4096, 14336, 32, 8, 128, 16, 512 } };
    constexpr Shape largeWithMuchText[]{ { "Llama-3-8B", 4096, 14336, 32, 8, 128, 64, 512 } };

    /// Memory that no file backs, as long as it lives: the most there was.
    class AnonymousMemory {
    public:
        AnonymousMemory()
            : m_watch([this](const std::stop_token& stop) {
                while (!stop.stop_requested()) {
                    m_most = std::max(m_most.load(), now());
                    std::this_thread::sleep_for(std::chrono::milliseconds(20));
                }
            })
        {
        }
        double gibibytes() const { return double(m_most) / (1 << 20); }

    private:
        static long now() ///< KiB
        {
            std::ifstream status("/proc/self/status");
            for (std::string line; std::getline(status, line);)
                if (line.starts_with("RssAnon:"))
                    return std::stol(line.substr(8));
            return 0;
        }

        std::atomic<long> m_most = 0;
        std::jthread m_watch;
    };

    /// Operations a second of large products on all processors.
    template<typename Value>
    double productPeak()
    {
        constexpr Eigen::Index size = 1024;
        const std::vector<Value> a(size * size, Value(1.25)), b(size * size, Value(0.75));
        const std::size_t tasks = 2 * processorCount();
        std::vector<std::vector<Value>> c(tasks, std::vector<Value>(size * size));
        const double taken = seconds([&] {
            parallelFor(tasks, [&](std::size_t task) {
                core::blas::multiply(core::blas::Side::Plain, core::blas::Side::Transposed, size,
                    size, size, Value(1), { a.data(), size }, { b.data(), size }, Value(0),
                    { c[task].data(), size });
            });
        });
        return double(tasks) * 2.0 * double(size) * double(size) * double(size) / taken;
    }

    /// The peaks before and after a run: the machine may be shared.
    struct Peaks {
        double inFloat = productPeak<float>(), inDouble = productPeak<double>();
    };

    void measure(const Shape& shape)
    {
        const support::TemporaryFolder folder;
        writeSyntheticModel(shape, folder.path());
        const auto checkpoint = Checkpoint::open(folder.path());
        Recipe recipe;
        recipe.format = &formats::q4_K;
        recipe.method = Method::Gptq;
        recipe.rules.push_back({ .roles = { Role::TokenEmbd }, .format = &formats::bf16 });
        QuantizeOptions options;
        options.calibration = syntheticTokens(shape);
        const Peaks before;
        (void)blas::takeOperations();
        const AnonymousMemory memory;
        const auto start = std::chrono::steady_clock::now();
        (void)quantize(checkpoint, recipe, options, {}, {});
        const double all
            = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        const blas::Operations done = blas::takeOperations();
        const Peaks after;
        const double floatPeak = (before.inFloat + after.inFloat) / 2;
        const double doublePeak = (before.inDouble + after.inDouble) / 2;
        const double ideal = done.inFloat / floatPeak + done.inDouble / doublePeak;
        std::printf("%-14s %8d %9.2f %9.2f %9.2f %9.0f %9.0f %9.2f %8.2fx %9.2f\n", shape.name,
            shape.sequences * shape.length, all, done.inFloat / 1e12, done.inDouble / 1e12,
            floatPeak / 1e9, doublePeak / 1e9, ideal, all / ideal, memory.gibibytes());
        std::fflush(stdout);
    }

    void measureAll(std::span<const Shape> all)
    {
        std::printf("GPTQ of one layer to Q4_K with both paths, %u threads, beside the time its "
                    "products would take at the speed of large ones\n",
            processorCount());
        std::printf("%-14s %8s %9s %9s %9s %9s %9s %9s %9s %9s\n", "", "tokens", "seconds",
            "TFLOP f32", "TFLOP f64", "GFLOP/s", "f64", "at peak", "of it", "GiB anon");
        for (const Shape& shape : all)
            measure(shape);
    }

} // namespace

void gptq() { measureAll(shapes); }

void largeGptq() { measureAll(large); }

void largeGptqWithMuchText() { measureAll(largeWithMuchText); }

} // namespace bench
