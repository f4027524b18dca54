// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench.h"
#include "tests/support/hardrows.h"
#include "tests/interop/ggmllibrary.h"
#include "tests/interop/interopfiles.h"

#include "core/formats/format.h"

#include <cstdio>
#include <optional>
#include <vector>

namespace bench {

namespace {

    using core::Format;

    constexpr std::size_t rows = 8; // few: a short call is seldom interrupted
    constexpr std::size_t columns = 4096;

    /// MB/s, ours and ggml's; ggml's is 0 where it is absent or has no such function.
    struct Speed {
        double ours = 0;
        double ggmls = 0;
    };

    struct Matrix {
        std::vector<float> weights = hardrows::normalWeights(rows * columns);
        std::vector<float> importance = std::vector<float>(columns, 1.5f);
        std::vector<std::byte> bytes;
    };

    /// Speeds count the F32 side.
    template<typename Work>
    double megabytesPerSecond(const Work& work)
    {
        return double(rows * columns * sizeof(float)) / 1e6 / seconds(work);
    }

    Speed encodeSpeed(const Format& format, const interop::GgmlLibrary* ggml, Matrix& matrix,
        const float* importance)
    {
        Speed speed;
        speed.ours = megabytesPerSecond([&] {
            for (std::size_t r = 0; r < rows; ++r)
                format.encodeRow(matrix.weights.data() + r * columns, columns, importance,
                    matrix.bytes.data() + r * format.rowBytes(columns));
        });
        if (ggml)
            speed.ggmls = megabytesPerSecond([&] {
                ggml->encode(
                    format, matrix.weights.data(), rows, columns, importance, matrix.bytes.data());
            });
        return speed;
    }

    Speed decodeSpeed(const Format& format, const interop::GgmlLibrary* ggml, const Matrix& matrix)
    {
        std::vector<float> decoded(rows * columns);
        Speed speed;
        speed.ours = megabytesPerSecond([&] {
            format.decodeBlocks(matrix.bytes.data(), decoded.size() / std::size_t(format.blockSize),
                decoded.data());
        });
        if (const auto decode = ggml ? ggml->decoder(format) : nullptr)
            speed.ggmls = megabytesPerSecond(
                [&] { decode(matrix.bytes.data(), decoded.data(), std::int64_t(decoded.size())); });
        return speed;
    }

    void print(const Speed& speed)
    {
        if (speed.ggmls > 0)
            std::printf(" %9.0f %9.0f", speed.ours, speed.ggmls);
        else
            std::printf(" %9.0f %9s", speed.ours, "-");
    }

} // namespace

void formats()
{
    std::optional<interop::GgmlLibrary> ggml;
    if (interop::missing(interop::llamaFolder() / "libggml-base.so").empty())
        ggml.emplace(interop::llamaFolder());
    const interop::GgmlLibrary* library = ggml ? &*ggml : nullptr;

    std::printf("Formats, %zu x %zu normal weights, MB/s of F32, one thread\n", rows, columns);
    std::printf("%-7s %19s %19s %19s\n", "", "encode", "with importance", "decode");
    std::printf(
        "%-7s %9s %9s %9s %9s %9s %9s\n", "", "ours", "ggml's", "ours", "ggml's", "ours", "ggml's");
    Matrix matrix;
    for (const Format* format : core::allFormats()) {
        matrix.bytes.resize(rows * format->rowBytes(columns));
        std::printf("%-7s", std::string(format->name).c_str());
        print(encodeSpeed(*format, library, matrix, nullptr));
        print(encodeSpeed(*format, library, matrix, matrix.importance.data()));
        print(decodeSpeed(*format, library, matrix));
        std::printf("\n");
        std::fflush(stdout);
    }
}

} // namespace bench
