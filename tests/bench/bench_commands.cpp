// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench.h"
#include "tests/bench/measuredprocess.h"
#include "tests/bench/syntheticgguf.h"
#include "tests/interop/interopfiles.h"
#include "tests/interop/llamalibrary.h"
#include "tests/support/filebytes.h"

#include "core/base/parallel.h"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace bench {

namespace fs = std::filesystem;

namespace {

    constexpr GgufShape someLayers{ "8b-2", 2, 4096, 14336, 32, 8, 128, 16384 };
    constexpr GgufShape manyLayers{ "8b-8", 8, 4096, 14336, 32, 8, 128, 128256 };
    constexpr GgufShape narrow{ "1b-2", 2, 2048, 8192, 32, 8, 64, 16384 };
    constexpr unsigned otherThreads = 8; // for which the serial share is told, too

    /// One use of a program.
    struct Use {
        std::string name;
        std::vector<std::string> arguments; ///< of quantscope-cli
        std::vector<std::string> llamas; ///< of llamaQuantize(); empty: it has no such command
    };

    /// Where everything lies: QUANTSCOPE_BENCH_FOLDER, which keeps the models, or one that goes.
    class Room {
    public:
        Room()
            : m_kept(std::getenv("QUANTSCOPE_BENCH_FOLDER"))
        {
            if (!m_kept)
                m_own.emplace();
        }
        std::string file(const std::string& name) const
        {
            return (m_kept ? fs::path(m_kept) : m_own->path()) / name;
        }
        std::string model(const GgufShape& shape) const
        {
            const std::string path = file(std::string(shape.name) + ".gguf");
            writeSyntheticGguf(shape, path);
            return path;
        }

    private:
        const char* m_kept;
        std::optional<support::TemporaryFolder> m_own;
    };

    std::string programPath(const char* name)
    {
        return fs::read_symlink("/proc/self/exe").parent_path() / name;
    }

    void printUsage(const std::string& name, const Usage& usage)
    {
        const unsigned threads = core::processorCount();
        std::printf("%-32s %8.2f %8.2f %7.0f %% %7.1f %% %7.1f %% %8.2f %8.2f", name.c_str(),
            usage.wall, usage.processor, 100 * usage.busy() / threads,
            100 * usage.serialShare(threads, threads),
            100 * usage.serialShare(threads, otherThreads), usage.anonymous / 1e9,
            usage.resident / 1e9);
    }

    void measure(const Use& use)
    {
        std::vector<std::string> command{ programPath("quantscope-cli") };
        command.insert(command.end(), use.arguments.begin(), use.arguments.end());
        const MeasuredRun ours = measureRun(command);
        printUsage(use.name, ours.all);
        if (!use.llamas.empty()
            && interop::missing(interop::llamaFolder() / "libllama.v0.5.0.so").empty()) {
            std::vector<std::string> other{ programPath("quantscope-bench"), "llama-quantize" };
            other.insert(other.end(), use.llamas.begin(), use.llamas.end());
            const Usage llamas = measureRun(other).all;
            std::printf(" %8.2f %8.2f %7.2fx %7.2fx", llamas.wall, llamas.processor,
                ours.all.wall / llamas.wall, ours.all.processor / llamas.processor);
        }
        std::printf("\n");
        for (const Step& step : ours.steps) {
            printUsage("  " + step.name, step.usage);
            std::printf("\n");
        }
        std::fflush(stdout);
    }

    void printHeader()
    {
        std::setvbuf(stdout, nullptr, _IOLBF, 0); // it takes minutes
        std::printf("Whole commands, %u threads. Busy: of all processors, time spent waiting for "
                    "other programs included.\nAlone: the share of the time on one thread, here "
                    "and on %u. llama.cpp: the same file by llama_model_quantize.\n",
            core::processorCount(), otherThreads);
        std::printf("%-32s %8s %8s %9s %9s %8s%-2u %8s %8s %8s %8s %8s %8s\n", "", "wall s",
            "cpu s", "busy", "alone", "on ", otherThreads, "GB anon", "GB all", "llama s",
            "its cpu", "wall", "cpu");
    }

    void measureRounding(const Room& room, const GgufShape& shape)
    {
        const std::string model = room.model(shape), imatrix = room.file("imatrix.dat");
        const std::string output = room.file("ours.gguf"), llamas = room.file("llamas.gguf");
        writeSyntheticImatrix(shape, imatrix);
        for (const auto& [type, fileType] : { std::pair{ "Q4_K", "15" }, { "Q6_K", "18" } }) {
            measure({ std::string("rtn ") + type,
                { "quantize", model, "--type", type, "--method", "rtn", "-o", output,
                    "--overwrite" },
                { model, llamas, fileType } });
            measure({ std::string("importance ") + type,
                { "quantize", model, "--type", type, "--imatrix", imatrix, "-o", output,
                    "--overwrite" },
                { model, llamas, fileType, imatrix } });
        }
        fs::remove(llamas);
    }

    void measureWalks(const Room& room, const GgufShape& shape)
    {
        const std::string model = room.model(shape), output = room.file("ours.gguf");
        const std::string sample = QUANTSCOPE_SOURCE_DIR "/resources/sample/";
        const std::vector<std::string> calibration{ "--calibration", sample + "calibration.txt",
            "--ctx", "512", "--sequences", "4" };
        const auto with = [&](std::vector<std::string> arguments) {
            arguments.insert(arguments.end(), calibration.begin(), calibration.end());
            return arguments;
        };
        measure({ "activations", with({ "activations", model }), {} });
        measure({ "gptq Q4_K",
            with({ "quantize", model, "--type", "Q4_K", "--method", "gptq", "-o", output,
                "--overwrite" }),
            {} });
        measure({ "evaluate",
            { "evaluate", output, "--against", model, "--text", sample + "evaluation.txt", "--ctx",
                "512", "--chunks", "4" },
            {} });
        fs::remove(output);
    }

} // namespace

void commands()
{
    const Room room;
    printHeader();
    measureRounding(room, someLayers);
    measureWalks(room, narrow);
}

void largeCommands()
{
    const Room room;
    printHeader();
    measureRounding(room, manyLayers);
}

int llamaQuantize(int count, char** arguments)
{
    const auto llama = interop::LlamaLibrary::load(interop::llamaFolder());
    interop::LlamaQuantizeOptions options;
    options.fileType = std::atoi(arguments[2]);
    options.embeddingType = 8; // Q8_0, as our pure types have it
    options.outputType = 8;
    options.pure = true;
    if (count > 3)
        options.importance = core::readImatrix(arguments[3]);
    llama->quantize(arguments[0], arguments[1], options);
    return 0;
}

} // namespace bench
