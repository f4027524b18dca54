// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/activation.h"

#include "core/base/vectormath.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace core {

namespace {

    /// ½x(1 + tanh(z)) = x / (1 + e^−2z), z = √(2/π)(x + 0.044715x³) (Hendrycks and Gimpel 2016).
    void geluTanh(const float* x, std::size_t count, float* result)
    {
        constexpr std::size_t step = 256;
        const float twice = 2 * std::sqrt(2 / std::numbers::pi_v<float>);
        std::array<float, step> power;
        for (std::size_t first = 0; first < count; first += step) {
            const std::size_t taken = std::min(step, count - first);
            for (std::size_t i = 0; i < taken; ++i) {
                const float v = x[first + i];
                power[i] = -twice * v * (1 + 0.044715f * v * v);
            }
            vectormath::exp(power.data(), taken, power.data());
            for (std::size_t i = 0; i < taken; ++i)
                result[first + i] = x[first + i] / (1 + power[i]);
        }
    }

    void gelu(const float* x, std::size_t count, float* result)
    {
        for (std::size_t i = 0; i < count; ++i)
            result[i] = 0.5f * x[i] * (1 + std::erf(x[i] / std::numbers::sqrt2_v<float>));
    }

    /// gpt-oss's gate: its constants are those of transformers' modeling_gpt_oss.py.
    void clampedSwishTimes(const float* gate, const float* up, std::size_t count, float* result)
    {
        constexpr float limit = 7, alpha = 1.702f;
        for (std::size_t i = 0; i < count; ++i) {
            const float g = std::min(gate[i], limit);
            const float u = std::clamp(up[i], -limit, limit);
            result[i] = (u + 1) * g / (1 + std::exp(-alpha * g));
        }
    }

    void silu(const float* x, std::size_t count, float* result)
    {
        for (std::size_t i = 0; i < count; ++i)
            result[i] = x[i] / (1 + std::exp(-x[i]));
    }

} // namespace

void activate(Activation activation, const float* x, std::size_t count, float* result)
{
    switch (activation) {
    case Activation::Silu:
    case Activation::ClampedSwish: // always gated
        return silu(x, count, result);
    case Activation::GeluTanh:
        return geluTanh(x, count, result);
    case Activation::Gelu:
        return gelu(x, count, result);
    }
}

void activateTimes(
    Activation activation, const float* gate, const float* up, std::size_t count, float* result)
{
    if (activation == Activation::Silu)
        return vectormath::siluTimes(gate, up, count, result);
    if (activation == Activation::ClampedSwish)
        return clampedSwishTimes(gate, up, count, result);
    activate(activation, gate, count, result);
    for (std::size_t i = 0; i < count; ++i)
        result[i] *= up[i];
}

} // namespace core
