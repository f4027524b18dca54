// SPDX-License-Identifier: GPL-3.0-or-later
// What is said of a run beforehand beside what it takes. Every run has a process of its own, whose
// peak the system remembers.
#include "tests/bench/bench.h"
#include "tests/interop/interopfiles.h"
#include "tests/support/filebytes.h"

#include "core/files/shelf.h"
#include "core/files/textfile.h"
#include "core/quant/quantize.h"
#include "core/quant/runclock.h"
#include "core/quant/runmemory.h"
#include "core/quant/runwork.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {

namespace {

    using namespace core;
    using Clock = std::chrono::steady_clock;

    struct Case {
        std::filesystem::path model;
        const char* type;
        Treatment treatment;
        int sequences, length;
    };

    double secondsSince(Clock::time_point start)
    {
        return std::chrono::duration<double>(Clock::now() - start).count();
    }

    /// The most that this process had in memory, bytes.
    double peakBytes()
    {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        return 1024.0 * double(usage.ru_maxrss);
    }

    /// One run; prints its line.
    void measure(const Case& which)
    {
        const std::filesystem::path sample
            = std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "resources" / "sample";
        const support::TemporaryFolder folder;
        const auto checkpoint = Checkpoint::open(which.model);
        Recipe recipe = presetRecipe(which.type, *checkpoint, which.treatment.method);
        recipe.scaling = which.treatment.scaling;
        QuantizeOptions options;
        options.shelf = std::make_shared<const Shelf>(folder.path());
        if (which.sequences > 0)
            options.calibration = tokenSequences(checkpoint->tokenizer(),
                readTextFile(sample / "calibration.txt"), which.length, which.sequences);
        const auto plan = planTensors(*checkpoint, recipe);
        const RunShape shape = runShape(
            *checkpoint, plan, recipe.gptq, { which.sequences, which.length }, Imatrix::None);
        const double memory = residentBytes() + runMemory(shape).total();
        const RunWork work = runWork(shape, measureSpeed(shape, Progress()));

        const auto start = Clock::now();
        RunClock clock;
        double afterFirst = 0; // all of it, as told then
        options.partsKnown = [&](const std::vector<RunPart>& parts) {
            clock = RunClock(work, parts, options.shelf.get());
        };
        options.partDone = [&](int done, int) {
            clock.partDone(done, secondsSince(start));
            if (done == 2)
                afterFirst = secondsSince(start) + clock.left(secondsSince(start)).value_or(0);
        };
        quantize(checkpoint, recipe, options, {}, Progress());
        const double took = secondsSince(start);
        const double peak = peakBytes();
        std::printf("%-14s %-5s %-10s %7d  %7.1f %7.1f  %5.2f   %7.2f %7.2f  %5.2f   %5.2f\n",
            checkpoint->config().name.substr(0, 14).c_str(), which.type,
            treatmentName(which.treatment).c_str(), which.sequences * which.length, memory / 1e6,
            peak / 1e6, memory / peak, work.total(), took, work.total() / took, afterFirst / took);
        std::fflush(stdout);
    }

    /// The same in a process of its own.
    void measureApart(const Case& which)
    {
        std::fflush(stdout);
        const pid_t child = fork();
        if (child == 0) {
            try {
                measure(which);
            } catch (const std::exception& error) {
                std::cerr << error.what() << '\n';
            }
            std::_Exit(0); // what the parent has is the parent's to end
        }
        int status = 0;
        if (child > 0)
            waitpid(child, &status, 0);
    }

} // namespace

void estimates()
{
    std::printf("%-14s %-5s %-10s %7s  %7s %7s  %5s   %7s %7s  %5s   %5s\n", "model", "type",
        "method", "tokens", "MB told", "peak", "ratio", "s told", "took", "ratio", "after 1");
    std::vector<std::filesystem::path> models{ std::filesystem::path(QUANTSCOPE_SOURCE_DIR)
        / "resources" / "sample" };
    if (interop::missing(interop::smolLm2()).empty())
        models.push_back(interop::smolLm2());
    for (const auto& model : models)
        for (const int sequences : { 4, 16, 64 })
            for (const char* method : { "rtn", "importance", "awq", "gptq" }) {
                const Treatment treatment = *findTreatment(method);
                const bool reads = treatment.method != Method::RoundToNearest;
                if (reads || sequences == 4)
                    measureApart({ model, model == models.front() ? "Q4_K" : "Q4_0", treatment,
                        reads ? sequences : 0, 256 });
            }
}

} // namespace bench
