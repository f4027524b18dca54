// SPDX-License-Identifier: GPL-3.0-or-later
// What is said of a run beforehand beside what it takes. Every run has a process of its own, whose
// peak the system remembers.
#include "tests/bench/bench.h"
#include "tests/interop/interopfiles.h"
#include "tests/support/filebytes.h"

#include "core/base/error.h"
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
#include <vector>

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
        bool resumes = false; ///< half of the layers lie finished on the shelf
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

    Recipe recipeOf(const Case& which, const Checkpoint& checkpoint)
    {
        Recipe recipe = presetRecipe(which.type, checkpoint, which.treatment.method);
        recipe.scaling = which.treatment.scaling;
        return recipe;
    }

    QuantizeOptions optionsOf(
        const Case& which, const Checkpoint& checkpoint, const std::filesystem::path& folder)
    {
        QuantizeOptions options;
        options.shelf = std::make_shared<const Shelf>(folder);
        if (which.sequences > 0)
            options.calibration = tokenSequences(checkpoint.tokenizer(),
                readTextFile(std::filesystem::path(QUANTSCOPE_SOURCE_DIR)
                    / "resources/sample/calibration.txt"),
                which.length, which.sequences);
        return options;
    }

    /// Leaves half of the parts on the shelf.
    void beginRun(const Case& which, const std::filesystem::path& folder)
    {
        const auto checkpoint = Checkpoint::open(which.model);
        QuantizeOptions options = optionsOf(which, *checkpoint, folder);
        options.partDone = [](int done, int all) {
            if (done > all / 2)
                throw Cancelled();
        };
        quantize(checkpoint, recipeOf(which, *checkpoint), options, {}, Progress());
    }

    /// One run; prints its line.
    void measure(const Case& which, const std::filesystem::path& folder)
    {
        const auto checkpoint = Checkpoint::open(which.model);
        const Recipe recipe = recipeOf(which, *checkpoint);
        QuantizeOptions options = optionsOf(which, *checkpoint, folder);
        const auto plan = planTensors(*checkpoint, recipe);
        const RunShape shape = runShape(
            *checkpoint, plan, recipe.gptq, { which.sequences, which.length }, Imatrix::None);
        const double memory = residentBytes() + runMemory(shape).total();
        const RunWork work = runWork(shape, measureSpeed(shape, Progress()));

        const auto start = Clock::now();
        RunClock clock;
        double told = work.total(), afterFirst = 0; // all of it, as told then
        std::size_t firstLayer = 1; // that is rounded
        options.partsKnown = [&](const std::vector<RunPart>& parts) {
            clock = RunClock(work, parts, options.shelf.get());
            std::vector<bool> found;
            for (const RunPart& part : parts)
                found.push_back(options.shelf->has(part.key));
            told = work.without(found).total();
            while (firstLayer < found.size() && found[firstLayer])
                ++firstLayer;
        };
        options.partDone = [&](int done, int) {
            clock.partDone(done, secondsSince(start));
            if (std::size_t(done) == firstLayer + 1)
                afterFirst = secondsSince(start) + clock.left(secondsSince(start)).value_or(0);
        };
        quantize(checkpoint, recipe, options, {}, Progress());
        const double took = secondsSince(start);
        const double peak = peakBytes();
        std::printf("%-14s %-5s %-11s %7d  %7.1f %7.1f  %5.2f   %7.2f %7.2f  %5.2f   %5.2f\n",
            checkpoint->config().name.substr(0, 14).c_str(), which.type,
            (treatmentName(which.treatment) + (which.resumes ? " half" : "")).c_str(),
            which.sequences * which.length, memory / 1e6, peak / 1e6, memory / peak, told, took,
            told / took, afterFirst / took);
        std::fflush(stdout);
    }

    /// Does it in a process of its own, so that the peak is its own.
    template<typename Work>
    void apart(const Work& work)
    {
        std::fflush(stdout);
        const pid_t child = fork();
        if (child == 0) {
            try {
                work();
            } catch (const Cancelled&) { // half is enough
            } catch (const std::exception& error) {
                std::cerr << error.what() << '\n';
            }
            std::_Exit(0); // what the parent has is the parent's to end
        }
        int status = 0;
        if (child > 0)
            waitpid(child, &status, 0);
    }

    void measureApart(const Case& which)
    {
        const support::TemporaryFolder folder;
        if (which.resumes)
            apart([&] { beginRun(which, folder.path()); });
        apart([&] { measure(which, folder.path()); });
    }

    /// The methods with little and much text, then from half of the layers on.
    std::vector<Case> casesOf(const std::filesystem::path& model, const char* type)
    {
        std::vector<Case> cases;
        for (const int sequences : { 4, 16, 64 })
            for (const char* method : { "rtn", "importance", "awq", "gptq" }) {
                const Treatment treatment = *findTreatment(method);
                const bool reads = treatment.method != Method::RoundToNearest;
                if (reads || sequences == 4)
                    cases.push_back({ model, type, treatment, reads ? sequences : 0, 256 });
            }
        for (const char* method : { "rtn", "importance", "awq", "gptq" }) {
            const Treatment treatment = *findTreatment(method);
            cases.push_back({ model, type, treatment,
                treatment.method == Method::RoundToNearest ? 0 : 16, 256, true });
        }
        return cases;
    }

} // namespace

void estimates()
{
    std::printf("%-14s %-5s %-11s %7s  %7s %7s  %5s   %7s %7s  %5s   %5s\n", "model", "type",
        "method", "tokens", "MB told", "peak", "ratio", "s told", "took", "ratio", "after 1");
    std::vector<std::filesystem::path> models{ std::filesystem::path(QUANTSCOPE_SOURCE_DIR)
        / "resources" / "sample" };
    if (interop::missing(interop::smolLm2()).empty())
        models.push_back(interop::smolLm2());
    for (const auto& model : models)
        for (const Case& which : casesOf(model, model == models.front() ? "Q4_K" : "Q4_0"))
            measureApart(which);
}

} // namespace bench
