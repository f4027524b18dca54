// SPDX-License-Identifier: GPL-3.0-or-later
// What GPTQ of one layer of large models has in memory, phase by phase.
#include "tests/bench/bench.h"
#include "tests/bench/measuredprocess.h"
#include "tests/bench/syntheticgguf.h"
#include "tests/support/filebytes.h"

#include "core/base/machinememory.h"
#include "core/model/checkpoint.h"
#include "core/model/tokenrows.h"
#include "core/quant/memoryobstacle.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace bench {

namespace {

    using namespace core;

    // One layer each; a vocabulary of 8,192, which has no part in it.
    constexpr GgufShape eight{ "8B", 1, 4096, 14336, 32, 8, 128, 8192 };
    constexpr GgufShape seventy{ "70B", 1, 8192, 28672, 64, 8, 128, 8192 };
    constexpr GgufShape mixtral{ "Mixtral", 1, 4096, 14336, 32, 8, 128, 8192, 8, 2 };
    constexpr GgufShape gptOss{ "gpt-oss-120b", 1, 2880, 2880, 64, 8, 64, 8192, 128, 4 };

    // Half as wide as 8B, and the same with four experts.
    constexpr GgufShape half{ "half 8B", 1, 2048, 7168, 16, 8, 128, 8192 };
    constexpr GgufShape halfExperts{ "half Mixtral", 1, 2048, 7168, 16, 8, 128, 8192, 4, 2 };

    constexpr int sequences = 16, length = 512;

    /// The bar: floats of the widest group of matrices that read one input, H and its factor of the
    /// widest input as floats, the hidden states of both paths and 500 MB.
    double barOf(const RunShape& shape)
    {
        double group = 0, inputs = 0;
        for (const RunLayer& layer : shape.layers)
            for (const RunGroup& each : layer.groups) {
                group = std::max(group, each.ofOneExpert().weights());
                inputs = std::max(inputs, double(each.width));
            }
        const double path = 4.0 * double(shape.text.tokens()) * double(shape.hidden);
        const double states = path > double(TokenRoom().inMemory) ? 0 : 2 * path;
        return 4 * (group + 2 * inputs * inputs) + states + 500e6;
    }

    RunShape shapeOf(const std::string& file)
    {
        const auto checkpoint = Checkpoint::open(file);
        const Recipe recipe = presetRecipe("Q4_K", *checkpoint, Method::Gptq);
        return runShape(*checkpoint, planTensors(*checkpoint, recipe), recipe.gptq,
            { sequences, length }, Imatrix::None);
    }

    double toldFor(const RunShape& run)
    {
        constexpr double before = 30e6; // the program itself
        return heldMemory(runMemory(run), before);
    }

    void measure(const GgufShape& shape)
    {
        const support::TemporaryFolder folder;
        const std::string model = folder / "model.gguf";
        writeSyntheticGguf(shape, model);
        const RunShape run = shapeOf(model);
        const double told = toldFor(run);
        std::printf("%-24s %10.2f %10.2f", shape.name, barOf(run) / 1e9, told / 1e9);
        const std::string program
            = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "quantscope-cli";
        try {
            const MeasuredRun measured
                = measureRun({ program, "quantize", model, "--type", "Q4_K", "--method", "gptq",
                    "--calibration", QUANTSCOPE_SOURCE_DIR "/resources/sample/calibration.txt",
                    "--ctx", std::to_string(length), "--sequences", std::to_string(sequences),
                    "--work-folder", folder / "work", "-o", folder / "out.gguf" });
            const Usage& all = measured.all;
            std::printf(" %10.2f %10.2f %7.2f %7.2f %10.1f\n", all.anonymous / 1e9,
                all.resident / 1e9, told / all.anonymous, all.anonymous / barOf(run), all.wall);
            for (const Step& step : measured.steps)
                std::printf("  %-43s %10.2f %10.2f %26.1f\n", step.name.c_str(),
                    step.usage.anonymous / 1e9, step.usage.resident / 1e9, step.usage.wall);
        } catch (const std::exception& error) {
            const std::string said = error.what();
            std::printf("\n  %s\n", said.substr(said.rfind('\r') + 1).c_str());
        }
        std::fflush(stdout);
    }

    void measureAll(const std::vector<GgufShape>& shapes)
    {
        std::setvbuf(stdout, nullptr, _IOLBF, 0); // it takes minutes
        std::printf("GPTQ of one layer to Q4_K, %d tokens; GB. Bar: widest group's floats, 2n² "
                    "floats, states, 0.5. Anon: what no file backs. This machine: %.1f.\n",
            sequences * length, double(mostMemory()) / 1e9);
        std::printf("%-24s %10s %10s %10s %10s %7s %7s %10s\n", "", "bar", "told", "anon", "all",
            "told/", "/bar", "wall s");
        for (const GgufShape& shape : shapes)
            measure(shape);
    }

} // namespace

void toldMemory()
{
    std::printf(
        "What GPTQ of one layer to Q4_K is told to take, %d tokens; GB.\n%-24s %10s %10s %7s\n",
        sequences * length, "", "bar", "told", "/bar");
    for (const GgufShape& shape : { eight, seventy, mixtral, gptOss }) {
        const support::TemporaryFolder folder;
        writeSyntheticGguf(shape, folder / "model.gguf");
        const RunShape run = shapeOf(folder / "model.gguf");
        std::printf("%-24s %10.2f %10.2f %7.2f\n", shape.name, barOf(run) / 1e9, toldFor(run) / 1e9,
            toldFor(run) / barOf(run));
    }
}

void memory() { measureAll({ eight }); }

void smallMemory() { measureAll({ half, halfExperts }); }

void largeMemory() { measureAll({ seventy, mixtral, gptOss }); }

} // namespace bench
