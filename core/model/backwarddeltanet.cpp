// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/base/vectormath.h"
#include "core/model/activation.h"
#include "core/model/backwardsteps.h"
#include "core/model/convolution.h"
#include "core/model/deltanet.h"
#include "core/model/norm.h"

#include <array>
#include <cmath>

namespace core::backward {

namespace {

    constexpr std::array netMatrices{ Role::AttnQkv, Role::AttnGate, Role::SsmAlpha,
        Role::SsmBeta };

    /// y = x s with s = c/√(Σ x² + ε): g s − x s³/c² Σ x g. `g` becomes the gradient at x.
    void throughLength(const float* x, float* g, std::size_t count, double c)
    {
        double squares = 0, products = 0;
        for (std::size_t i = 0; i < count; ++i) {
            squares += double(x[i]) * double(x[i]);
            products += double(x[i]) * double(g[i]);
        }
        const double inverse = 1 / (squares + double(unitLengthEpsilon));
        const double scale = c * std::sqrt(inverse);
        for (std::size_t i = 0; i < count; ++i)
            g[i] = float(scale * (double(g[i]) - double(x[i]) * products * inverse));
    }

    /// Through the lengths of queries and keys and SiLU to what the convolution gave. `g`: at what
    /// the heads read.
    void throughFinish(
        Matrix& g, const Matrix& convolved, const DeltaNetSpec& spec, const Progress& progress)
    {
        const std::size_t headDim = std::size_t(spec.headDim);
        const double queryScale = 1 / std::sqrt(double(spec.headDim));
        forTokens(g.rows(), progress, [&](Index row) {
            Vector bent(2 * spec.keys());
            activate(
                Activation::Silu, convolved.row(row).data(), std::size_t(bent.size()), bent.data());
            for (int head = 0; head < 2 * spec.keyHeads; ++head) {
                const Index first = Index(head) * spec.headDim;
                throughLength(bent.data() + first, g.row(row).data() + first, headDim,
                    head < spec.keyHeads ? queryScale : 1);
            }
            throughActivation(Activation::Silu, convolved.row(row).data(), g.row(row).data(),
                std::size_t(g.cols()));
        });
    }

    /// What the heads read, and the gradients there as they come in.
    struct NetBack {
        DeltaNetParts parts; ///< gate, alpha and beta become the gradients at themselves
        Matrix gMixed;
        const LayerWeights& weights;

        /// One value head of one sequence. `g`: at the heads' gated outputs.
        void throughHead(const MatrixView& g, Index start, Index length, int head)
        {
            const DeltaNetSpec& spec = *weights.spec.deltaNet;
            const DeltaRuleInputs inputs = deltaRuleInputs(parts, weights, start, length, head);
            const DeltaRulePass pass(inputs);
            const Index column = Index(head) * spec.headDim;
            Matrix own = g.block(start, column, length, spec.headDim);
            const std::size_t headDim = std::size_t(spec.headDim);
            const float* norm = weights.vector(Role::SsmNorm).data();
            const float epsilon = weights.spec.epsilon;
            Vector normed(spec.headDim);
            for (Index token = 0; token < length; ++token) {
                const float* made = pass.output().row(token).data();
                float* values = own.row(token).data();
                normRow(
                    made, headDim, NormKind::RootMeanSquare, epsilon, norm, nullptr, normed.data());
                throughActivationTimes(Activation::Silu,
                    parts.gate.row(start + token).data() + column, normed.data(), values, headDim);
                throughNormRow(
                    made, values, headDim, NormKind::RootMeanSquare, epsilon, norm, values);
            }
            add(pass.back(own), inputs, start, head);
        }

    private:
        /// decay = A softplus(α + bias), rate = σ(β).
        void add(
            const DeltaRuleGradients& found, const DeltaRuleInputs& inputs, Index start, int head)
        {
            const DeltaNetSpec& spec = *weights.spec.deltaNet;
            const Index length = found.q.rows();
            const auto at = [&](Index first, Index which) {
                return gMixed.block(start, first + which * spec.headDim, length, spec.headDim);
            };
            at(0, head % spec.keyHeads) += found.q;
            at(spec.keys(), head % spec.keyHeads) += found.k;
            at(2 * spec.keys(), head) += found.v;
            const float A = weights.vector(Role::SsmA)[head];
            const Vector* biases = weights.findVector(Role::SsmDt);
            const float bias = biases ? (*biases)[head] : 0;
            for (Index token = 0; token < length; ++token) {
                float& alpha = parts.alpha(start + token, head);
                alpha = found.decay[token] * A / (1 + std::exp(-(alpha + bias)));
                const float rate = inputs.rate[token];
                parts.beta(start + token, head) = found.rate[token] * rate * (1 - rate);
            }
        }
    };

} // namespace

Matrix throughDeltaNet(const MatrixView& g, const MatrixView& input, const Step& step)
{
    const DeltaNetSpec& spec = *step.weights.spec.deltaNet;
    const Index length = step.place.length;
    DeltaNetParts parts = projectDeltaNet(input, step.weights, step.progress);
    const Vector& kernel = step.weights.vector(Role::SsmConv1d);
    convolveCausally(parts.mixed, kernel, int(length), nullptr, {}, step.progress);
    const Matrix convolved = parts.mixed;
    forTokens(input.rows(), step.progress, [&](Index row) {
        float* values = parts.mixed.row(row).data();
        activate(Activation::Silu, values, std::size_t(parts.mixed.cols()), values);
    });
    bringToLength(parts.mixed, spec);

    NetBack back{ std::move(parts), Matrix::Zero(input.rows(), convolved.cols()), step.weights };
    const std::size_t keyHeads = std::size_t(spec.keyHeads); // a task: the heads that share one
    parallelFor(std::size_t(input.rows() / length) * keyHeads, [&](std::size_t task) {
        for (int head = int(task % keyHeads); head < spec.valueHeads; head += spec.keyHeads) {
            step.progress.checkCancelled();
            back.throughHead(g, Index(task / keyHeads) * length, length, head);
        }
    });
    throughFinish(back.gMixed, convolved, spec, step.progress);
    convolveBack(back.gMixed, kernel, int(length), step.progress);
    PartGradients matrices({ netMatrices.begin(), netMatrices.end() }, input.rows(), step.weights);
    matrices.part(Role::AttnQkv) = back.gMixed;
    matrices.part(Role::AttnGate) = back.parts.gate;
    matrices.part(Role::SsmAlpha) = back.parts.alpha;
    matrices.part(Role::SsmBeta) = back.parts.beta;
    return matrices.throughMatrices(input, step);
}

} // namespace core::backward
