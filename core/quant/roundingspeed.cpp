// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/roundingspeed.h"

#include "core/base/parallel.h"
#include "core/formats/tensorformat.h"
#include "core/rounding/encode.h"
#include "core/rounding/gptq.h"
#include "core/rounding/hqq.h"
#include "core/rounding/parallelproduct.h"
#include "core/rounding/sweeps.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace core {

namespace {

    using Index = Eigen::Index;
    using Clock = std::chrono::steady_clock;

    constexpr Index sampleRows = 256, sampleColumns = 512;

    /// Seconds of one call: the least of a few, for others may hold the processor.
    template<typename Work>
    double seconds(const Work& work)
    {
        constexpr auto budget = std::chrono::milliseconds(8);
        constexpr int leastCalls = 4;
        const auto end = Clock::now() + budget;
        double least = std::numeric_limits<double>::infinity();
        for (int call = 0; call < leastCalls || Clock::now() < end; ++call) {
            const auto start = Clock::now();
            work();
            least = std::min(least, std::chrono::duration<double>(Clock::now() - start).count());
        }
        return least;
    }

    /// Values like weights: a bell of width 0.02, always the same.
    Matrix triedWeights(Index columns)
    {
        Matrix W(sampleRows, columns);
        std::uint64_t state = 1;
        for (Index i = 0; i < W.size(); ++i) {
            float sum = 0;
            for (int k = 0; k < 4; ++k) { // Knuth's multiplier (MMIX)
                state = state * 6364136223846793005ULL + 1442695040888963407ULL;
                sum += float(state >> 40) / float(1 << 24) - 0.5f;
            }
            W.data()[i] = 0.02f * sum;
        }
        return W;
    }

    double productSpeed()
    {
        constexpr Index rows = 512, inner = 512, outputs = 1024;
        const Matrix a = Matrix::Constant(rows, inner, 0.5f);
        const Matrix b = Matrix::Constant(inner, outputs, 0.5f);
        Matrix c(rows, outputs);
        const double once = seconds(
            [&] { multiplyInParallel(1.0f, a, b, blas::Side::Plain, 0.0f, c, Progress()); });
        return 2.0 * rows * inner * outputs / once;
    }

    RoundingSpeed::Weights speedOf(const PlannedTensor& planned, const Progress& progress)
    {
        const Format& format = *planned.format;
        const Index columns = std::max<Index>(sampleColumns, format.blockSize) / format.blockSize
            * format.blockSize;
        const Matrix W = triedWeights(columns);
        const std::vector<float> importance(std::size_t(columns), 1.0f);
        const bool weighs = planned.method != Method::RoundToNearest;
        const auto speed = [&](double once) { return double(W.size()) / once; };
        RoundingSpeed::Weights result;
        result.encoded = result.rounded = speed(seconds([&] {
            if (planned.method == Method::Hqq)
                hqqRound(W, format, progress);
            else
                encodeMatrix(W, format, weighs ? std::span(importance) : std::span<const float>(),
                    planned.encoder, progress);
        }));
        if (planned.method != Method::Gptq || !format.grid)
            return result;
        const GptqFactor factor
            = factorHessian(MatrixD(MatrixD::Identity(columns, columns)), {}, progress);
        GptqPass pass;
        result.rounded
            = speed(seconds([&] { pass = gptqPass(W, factor, format, GptqOptions(), progress); }));
        result.swept = speed(seconds([&] {
            auto bytes = pass.bytes;
            sweepRounded(W, factor, format, 1, pass.error, bytes, progress);
        }));
        return result;
    }

    RoundingSpeed::Way wayOf(const PlannedTensor& planned)
    {
        return { planned.format, planned.method, planned.encoder };
    }

} // namespace

RoundingSpeed::Weights RoundingSpeed::of(const PlannedTensor& planned) const
{
    const auto found = weights.find(wayOf(planned));
    return found == weights.end() ? Weights() : found->second;
}

RoundingSpeed measureSpeed(const RunShape& shape, const Progress& progress)
{
    RoundingSpeed speed;
    if (shape.text.tokens() > 0)
        speed.products = productSpeed();
    const auto meet = [&](const PlannedTensor& planned) {
        progress.checkCancelled();
        if (!planned.keeps && !speed.weights.contains(wayOf(planned)))
            speed.weights[wayOf(planned)] = speedOf(planned, progress.part(0, 0));
    };
    for (const RunOutside& outside : shape.before)
        meet(outside.planned);
    for (const RunLayer& layer : shape.layers)
        for (const RunGroup& group : layer.groups)
            for (const RunGroup::Reader& reader : group.readers)
                meet(reader.planned);
    for (const RunOutside& outside : shape.after)
        meet(outside.planned);
    return speed;
}

} // namespace core
