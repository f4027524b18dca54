// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench.h"
#include "tests/interop/ggmllibrary.h"
#include "tests/interop/interopfiles.h"
#include "tests/support/hardrows.h"

#include "core/base/matrix.h"
#include "core/base/parallel.h"
#include "core/formats/closer.h"
#include "core/formats/format.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <optional>
#include <vector>

namespace bench {

namespace {

    using core::Format;

    constexpr std::size_t rows = 4096;
    constexpr std::size_t columns = 4096;
    constexpr std::size_t taskRows = 16; // what one processor takes at once
    constexpr std::size_t sliceRows = 512; // ours and ggml's take turns with slices

    /// MB/s of the F32 side, ours and ggml's; ggml's is 0 where it is absent or has no such
    /// function.
    struct Speed {
        double ours = 0;
        double ggmls = 0;
    };

    struct Matrix {
        core::Matrix weights{ rows, columns }; // where a tensor lies in memory counts, too
        std::vector<float> importance = std::vector<float>(columns, 1.5f);
        std::vector<std::byte> bytes;
        core::Matrix decoded{ rows, columns };

        Matrix()
        {
            std::ranges::copy(hardrows::normalWeights(rows * columns), weights.data());
            decoded.setZero();
            for (std::size_t i = 0; i < columns; ++i)
                importance[i] += float(i % 7);
        }
    };

    using Work = std::function<void(std::size_t row)>;

    /// Seconds in which `work` does each task of a slice, on all processors.
    double sliceSeconds(std::size_t slice, const Work& work)
    {
        const auto start = std::chrono::steady_clock::now();
        core::parallelFor(sliceRows / taskRows,
            [&](std::size_t task) { work(slice * sliceRows + task * taskRows); });
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }

    /// `ours` and `ggmls` (may be null) take turns with a slice: once if one takes 50 ms, otherwise
    /// six times, of which the least count. Either is the first as often: the second finds its
    /// bytes nearer.
    Speed leastSeconds(std::size_t slice, const Work& ours, const Work& ggmls)
    {
        Speed least{ 1e9, 1e9 };
        for (int i = 0; i < 6; ++i) {
            if (i % 2 == 0)
                least.ours = std::min(least.ours, sliceSeconds(slice, ours));
            if (ggmls)
                least.ggmls = std::min(least.ggmls, sliceSeconds(slice, ggmls));
            if (i % 2 == 1)
                least.ours = std::min(least.ours, sliceSeconds(slice, ours));
            if (least.ours > 0.05 || (ggmls && least.ggmls > 0.05))
                break;
        }
        return least;
    }

    /// Sums up the slices of the matrix.
    Speed takingTurns(const Work& ours, const Work& ggmls)
    {
        Speed seconds;
        for (std::size_t slice = 0; slice < rows / sliceRows; ++slice) {
            const Speed least = leastSeconds(slice, ours, ggmls);
            seconds.ours += least.ours;
            seconds.ggmls += least.ggmls;
        }
        const double megabytes = double(rows * columns * sizeof(float)) / 1e6;
        return { megabytes / seconds.ours, ggmls ? megabytes / seconds.ggmls : 0 };
    }

    using Encode = std::function<void(const core::RowsToEncode&)>;

    /// `encode` is the format's own or a closer one.
    Speed encodeSpeed(const Format& format, const Encode& encode, const interop::GgmlLibrary* ggml,
        Matrix& matrix, const float* importance)
    {
        const std::size_t rowBytes = format.rowBytes(columns);
        const auto ours = [&](std::size_t row) {
            encode({ matrix.weights.data() + row * columns, columns, taskRows, columns, importance,
                matrix.bytes.data() + row * rowBytes, rowBytes });
        };
        if (!ggml)
            return takingTurns(ours, nullptr);
        return takingTurns(ours, [&](std::size_t row) {
            ggml->encode(format, matrix.weights.data() + row * columns, taskRows, columns,
                importance, matrix.bytes.data() + row * rowBytes);
        });
    }

    Speed decodeSpeed(const Format& format, const interop::GgmlLibrary* ggml, Matrix& matrix)
    {
        const std::size_t rowBytes = format.rowBytes(columns);
        const auto ours = [&](std::size_t row) {
            format.decodeBlocks(matrix.bytes.data() + row * rowBytes,
                taskRows * columns / std::size_t(format.blockSize),
                matrix.decoded.data() + row * columns);
        };
        const auto decode = ggml ? ggml->decoder(format) : nullptr;
        if (!decode)
            return takingTurns(ours, nullptr);
        return takingTurns(ours, [&](std::size_t row) {
            decode(matrix.bytes.data() + row * rowBytes, matrix.decoded.data() + row * columns,
                std::int64_t(taskRows * columns));
        });
    }

    std::optional<interop::GgmlLibrary> ggmlLibrary()
    {
        std::optional<interop::GgmlLibrary> ggml;
        if (interop::missing(interop::llamaFolder() / "libggml-base.so").empty())
            ggml.emplace(interop::llamaFolder());
        return ggml;
    }

    void print(const Speed& speed)
    {
        if (speed.ggmls > 0)
            std::printf(" %8.0f %8.0f %6.1fx", speed.ours, speed.ggmls, speed.ours / speed.ggmls);
        else
            std::printf(" %8.0f %8s %7s", speed.ours, "-", "-");
    }

} // namespace

void closer()
{
    const auto ggml = ggmlLibrary();
    std::printf("Closer encoders, %zu x %zu normal weights, MB/s of F32, %u threads\n", rows,
        columns, core::processorCount());
    std::printf("%-7s %25s %25s\n%-7s", "", "encode", "with importance", "");
    for (int i = 0; i < 2; ++i)
        std::printf(" %8s %8s %7s", "closer", "ggml's", "ratio");
    std::printf("\n");
    Matrix matrix;
    for (const Format* format : core::allFormats()) {
        const auto encode = core::formats::closerEncoder(*format);
        if (!encode)
            continue;
        matrix.bytes.resize(rows * format->rowBytes(columns));
        std::printf("%-7s", std::string(format->name).c_str());
        for (const float* importance :
            std::initializer_list<const float*>{ nullptr, matrix.importance.data() })
            print(encodeSpeed(*format, encode, ggml ? &*ggml : nullptr, matrix, importance));
        std::printf("\n");
        std::fflush(stdout);
    }
}

void formats()
{
    const auto ggml = ggmlLibrary();
    const interop::GgmlLibrary* library = ggml ? &*ggml : nullptr;

    std::printf("Formats, %zu x %zu normal weights, MB/s of F32, %u threads\n", rows, columns,
        core::processorCount());
    std::printf("%-7s %25s %25s %25s\n%-7s", "", "encode", "with importance", "decode", "");
    for (int i = 0; i < 3; ++i)
        std::printf(" %8s %8s %7s", "ours", "ggml's", "ratio");
    std::printf("\n");
    Matrix matrix;
    for (const Format* format : core::allFormats()) {
        matrix.bytes.resize(rows * format->rowBytes(columns));
        std::printf("%-7s", std::string(format->name).c_str());
        const Encode encode = [format](const core::RowsToEncode& r) { format->encodeRows(r); };
        print(encodeSpeed(*format, encode, library, matrix, nullptr));
        print(encodeSpeed(*format, encode, library, matrix, matrix.importance.data()));
        print(decodeSpeed(*format, library, matrix));
        std::printf("\n");
        std::fflush(stdout);
    }
}

} // namespace bench
