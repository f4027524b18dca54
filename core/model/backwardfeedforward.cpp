// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/vectormath.h"
#include "core/model/activation.h"
#include "core/model/backwardsteps.h"
#include "core/model/linear.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace core::backward {

namespace {

    constexpr std::size_t stepValues = 256; // of an activation at a time

    /// The values of an activation and its slopes.
    struct Bent {
        std::array<float, stepValues> value, slope;
    };

    /// x σ(s(x)) and its slope σ + x σ (1 − σ) s′, with s and s′ given.
    void sigmoidTimes(
        const float* x, const float* s, const float* sSlope, std::size_t count, Bent& bent)
    {
        std::array<float, stepValues> power{};
        for (std::size_t i = 0; i < count; ++i)
            power[i] = -s[i];
        vectormath::exp(power.data(), count, power.data());
        for (std::size_t i = 0; i < count; ++i) {
            const float sigmoid = 1 / (1 + power[i]);
            bent.value[i] = x[i] * sigmoid;
            bent.slope[i] = sigmoid + bent.value[i] * (1 - sigmoid) * sSlope[i];
        }
    }

    /// act(x) and act′(x): core/model/activation.cpp.
    void bend(Activation activation, const float* x, std::size_t count, Bent& bent)
    {
        std::array<float, stepValues> s, slope;
        switch (activation) {
        case Activation::Silu:
        case Activation::ClampedSwish: // where it is not gated, as activate() has it
            slope.fill(1);
            return sigmoidTimes(x, x, slope.data(), count, bent);
        case Activation::GeluTanh: {
            constexpr float cube = 0.044715f;
            const float twice = 2 * std::sqrt(2 / std::numbers::pi_v<float>);
            for (std::size_t i = 0; i < count; ++i) {
                s[i] = twice * x[i] * (1 + cube * x[i] * x[i]);
                slope[i] = twice * (1 + 3 * cube * x[i] * x[i]);
            }
            return sigmoidTimes(x, s.data(), slope.data(), count, bent);
        }
        case Activation::Gelu:
            for (std::size_t i = 0; i < count; ++i) {
                const float share = 0.5f * (1 + std::erf(x[i] / std::numbers::sqrt2_v<float>));
                const float density
                    = std::exp(-0.5f * x[i] * x[i]) / std::sqrt(2 * std::numbers::pi_v<float>);
                bent.value[i] = x[i] * share;
                bent.slope[i] = share + x[i] * density;
            }
        }
    }

    /// gpt-oss's gate: (min(x, 7) · σ(1.702 x)) · (clamp(up, −7, 7) + 1), flat beyond the clamps.
    void throughClampedSwish(float* gate, const float* up, float* g, std::size_t count)
    {
        constexpr float limit = 7, alpha = 1.702f;
        for (std::size_t i = 0; i < count; ++i) {
            const float x = std::min(gate[i], limit);
            const float u = std::clamp(up[i], -limit, limit);
            const float sigmoid = 1 / (1 + std::exp(-alpha * x));
            const float slope = sigmoid * (1 + alpha * x * (1 - sigmoid));
            gate[i] = gate[i] > limit ? 0 : g[i] * (u + 1) * slope;
            g[i] = std::abs(up[i]) > limit ? 0 : g[i] * x * sigmoid;
        }
    }

} // namespace

void throughActivationTimes(
    Activation activation, float* gate, const float* up, float* g, std::size_t count)
{
    if (activation == Activation::ClampedSwish)
        return throughClampedSwish(gate, up, g, count);
    Bent bent;
    for (std::size_t first = 0; first < count; first += stepValues) {
        const std::size_t taken = std::min(stepValues, count - first);
        bend(activation, gate + first, taken, bent);
        for (std::size_t i = 0; i < taken; ++i) {
            gate[first + i] = g[first + i] * up[first + i] * bent.slope[i];
            g[first + i] *= bent.value[i];
        }
    }
}

void throughActivation(Activation activation, const float* x, float* g, std::size_t count)
{
    Bent bent;
    for (std::size_t first = 0; first < count; first += stepValues) {
        const std::size_t taken = std::min(stepValues, count - first);
        bend(activation, x + first, taken, bent);
        for (std::size_t i = 0; i < taken; ++i)
            g[first + i] *= bent.slope[i];
    }
}

namespace {

    /// What the matrices before the activation give.
    Matrix partOutputs(const MatrixView& input, Role part, const Step& step)
    {
        Matrix outputs = linearProduct(input, step.weights.part(part), step.progress);
        addBias(outputs, step.weights.biasOf(part));
        return outputs;
    }

} // namespace

FeedForwardWay feedForwardWay(const MatrixView& input, const Step& step)
{
    const FeedForwardSpec& spec = step.weights.spec.feedForward;
    FeedForwardWay way;
    way.up = partOutputs(input, Role::FfnUp, step);
    if (spec.isGated)
        way.gate = partOutputs(input, Role::FfnGate, step);
    const std::size_t size = std::size_t(way.up.cols());
    way.gated.resize(way.up.rows(), way.up.cols());
    forTokens(way.up.rows(), step.progress, [&](Index row) {
        if (spec.isGated)
            activateTimes(spec.activation, way.gate.row(row).data(), way.up.row(row).data(), size,
                way.gated.row(row).data());
        else
            activate(spec.activation, way.up.row(row).data(), size, way.gated.row(row).data());
    });
    return way;
}

Matrix throughFeedForwardWay(
    const MatrixView& written, FeedForwardWay way, const MatrixView& input, const Step& step)
{
    const FeedForwardSpec& spec = step.weights.spec.feedForward;
    Matrix &gate = way.gate, &up = way.up, &gated = way.gated;
    step.show(Role::FfnDown, gated, written);
    Matrix& gUp = gated; // its room, not needed any more
    gUp = throughLinear(written, step.weights.matrix(Role::FfnDown), step.progress);
    const std::size_t size = std::size_t(up.cols());
    forTokens(up.rows(), step.progress, [&](Index row) {
        float* values = gUp.row(row).data();
        if (spec.isGated)
            throughActivationTimes(
                spec.activation, gate.row(row).data(), up.row(row).data(), values, size);
        else
            throughActivation(spec.activation, up.row(row).data(), values, size);
    });
    std::vector<Role> roles{ Role::FfnUp };
    if (spec.isGated)
        roles.insert(roles.begin(), Role::FfnGate);
    PartGradients parts(roles, input.rows(), step.weights);
    if (spec.isGated)
        parts.part(Role::FfnGate) = gate;
    parts.part(Role::FfnUp) = gUp;
    return parts.throughMatrices(input, step);
}

Matrix throughFeedForward(const MatrixView& g, const MatrixView& input, const Step& step)
{
    FeedForwardWay way = feedForwardWay(input, step);
    const Matrix written
        = throughWriter(g, way.gated, Role::FfnDown, step.weights.spec.feedForwardPostNorm, step);
    return throughFeedForwardWay(written, std::move(way), input, step);
}

} // namespace core::backward
