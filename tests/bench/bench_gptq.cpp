// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench.h"

#include "core/base/parallel.h"
#include "core/model/layer.h"
#include "core/quant/gptq.h"
#include "core/quant/hessian.h"

#include <cstdio>
#include <random>
#include <string>
#include <vector>

namespace bench {

namespace {

    using namespace core;

    /// A layer's shape, and how many tokens calibrate it.
    struct Shape {
        const char* name;
        int hidden, feedForward, heads, keyValueHeads, headDim;
        int sequences, length;
    };
    constexpr Shape shapes[]{
        { "sample", 256, 768, 4, 2, 64, 64, 256 },
        { "SmolLM2-135M", 576, 1536, 9, 3, 64, 16, 512 },
        { "Llama-3.2-1B", 2048, 8192, 32, 8, 64, 8, 512 },
    };

    ModelConfig configOf(const Shape& shape)
    {
        ModelConfig config;
        config.layers = 1;
        config.hidden = shape.hidden;
        config.feedForward = shape.feedForward;
        config.heads = shape.heads;
        config.keyValueHeads = shape.keyValueHeads;
        config.headDim = shape.headDim;
        config.context = shape.length;
        return config;
    }

    Matrix normal(Eigen::Index rows, Eigen::Index columns, float deviation)
    {
        static std::mt19937 random(5);
        std::normal_distribution<float> values(0.0f, deviation);
        return Matrix::NullaryExpr(rows, columns, [&] { return values(random); });
    }

    LayerWeights weightsOf(const Shape& s)
    {
        const int queries = s.heads * s.headDim;
        const int keys = s.keyValueHeads * s.headDim;
        const float deviation = 1.0f / std::sqrt(float(s.hidden));
        return { Vector::Ones(s.hidden), Vector::Ones(s.hidden),
            normal(queries, s.hidden, deviation), normal(keys, s.hidden, deviation),
            normal(keys, s.hidden, deviation), normal(s.hidden, queries, deviation),
            normal(s.feedForward, s.hidden, deviation), normal(s.feedForward, s.hidden, deviation),
            normal(s.hidden, s.feedForward, deviation) };
    }

    /// Seconds of each phase, and floating-point operations of all.
    struct Phases {
        double hessian = 0, factor = 0, rounding = 0, forward = 0;
        double operations = 0;
        double all() const { return hessian + factor + rounding + forward; }
    };

    template<typename Work>
    auto timed(double& seconds, const Work& work)
    {
        const auto start = std::chrono::steady_clock::now();
        auto result = work();
        seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return result;
    }

    /// Rounds the matrices that read `x` to `format` and puts the rounded ones in their place.
    void roundGroup(
        const Matrix& x, std::vector<Matrix*> group, const Format& format, Phases& phases)
    {
        const double n = double(x.cols());
        MatrixD H = timed(phases.hessian, [&] {
            Hessian hessian(x.cols());
            hessian.add(x);
            return hessian.take();
        });
        const GptqFactor factor = timed(
            phases.factor, [&] { return factorHessian(std::move(H), GptqOptions(), Progress()); });
        phases.operations += double(x.rows()) * n * n; // rank-k update of one triangle
        phases.operations += 2.0 / 3.0 * n * n * n; // factor and its inverse
        for (Matrix* W : group) {
            const double rows = double(W->rows());
            timed(phases.rounding,
                [&] { return gptqRound(*W, factor, format, GptqOptions(), Progress()); });
            phases.operations += 3.0 * rows * n * n; // rounding, and two traces of half a product
            phases.operations += 2.0 * double(x.rows()) * rows * n; // forward
        }
    }

    Phases quantizeLayer(const Shape& shape, const Format& format)
    {
        const ModelConfig config = configOf(shape);
        const Progress none;
        LayerWeights weights = weightsOf(shape);
        Matrix hidden = normal(Eigen::Index(shape.sequences) * shape.length, shape.hidden, 1.0f);
        Phases phases;
        const Matrix input
            = timed(phases.forward, [&] { return attentionInput(hidden, weights, config, none); });
        roundGroup(input, { &weights.q, &weights.k, &weights.v }, format, phases);
        const Matrix context = timed(phases.forward,
            [&] { return attentionContext(input, weights, config, shape.length, none); });
        roundGroup(context, { &weights.output }, format, phases);
        const Matrix second = timed(phases.forward, [&] {
            addLinear(hidden, context, weights.output, none);
            return feedForwardInput(hidden, weights, config, none);
        });
        roundGroup(second, { &weights.gate, &weights.up }, format, phases);
        const Matrix gated
            = timed(phases.forward, [&] { return feedForwardGated(second, weights, none); });
        roundGroup(gated, { &weights.down }, format, phases);
        timed(phases.forward, [&] {
            addLinear(hidden, gated, weights.down, none);
            return 0;
        });
        return phases;
    }

    /// Operations a second of a large product on all processors: the peak to compare with.
    double productPeak()
    {
        const Eigen::Index size = 1024;
        const Matrix a = normal(size, size, 1.0f);
        const Matrix b = normal(size, size, 1.0f);
        const std::size_t tasks = 2 * processorCount();
        const double taken = seconds(
            [&] { parallelFor(tasks, [&](std::size_t) { (void)multiplyTransposed(a, b); }); });
        return double(tasks) * 2.0 * double(size) * double(size) * double(size) / taken;
    }

} // namespace

void gptq()
{
    const double peak = productPeak();
    std::printf("GPTQ of one layer to Q4_K, seconds, %u threads; matrix products reach %.0f "
                "GFLOP/s here\n",
        processorCount(), peak / 1e9);
    std::printf("%-14s %8s %8s %8s %8s %8s %8s %8s %14s\n", "", "tokens", "Hessian", "factor",
        "rounding", "forward", "all", "GFLOP", "of peak time");
    for (const Shape& shape : shapes) {
        const Format& format = shape.hidden % 256 == 0 ? formats::q4_K : formats::q5_0;
        const Phases phases = quantizeLayer(shape, format);
        std::printf("%-14s %8d %8.3f %8.3f %8.3f %8.3f %8.3f %8.0f %13.2fx\n", shape.name,
            shape.sequences * shape.length, phases.hessian, phases.factor, phases.rounding,
            phases.forward, phases.all(), phases.operations / 1e9,
            phases.all() / (phases.operations / peak));
        std::fflush(stdout);
    }
}

} // namespace bench
