// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tinymodel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

namespace support {

namespace {

    /// Random weights, the same on every system: std::normal_distribution is not.
    class Weights {
    public:
        explicit Weights(std::uint32_t seed)
            : m_generator(seed)
        {
        }

        TinyTensor matrix(const std::string& name, int rows, int columns, double deviation)
        {
            TinyTensor tensor{ name, { rows, columns }, {} };
            for (int i = 0; i < rows * columns; ++i)
                tensor.weights.push_back(float(deviation * normal()));
            return tensor;
        }

        TinyTensor norm(const std::string& name, int size)
        {
            TinyTensor tensor{ name, { size }, {} };
            for (int i = 0; i < size; ++i)
                tensor.weights.push_back(float(1 + 0.1 * normal()));
            return tensor;
        }

    private:
        /// Nearly normal: the sum of 12 numbers from [0, 1) has mean 6 and variance 1.
        double normal()
        {
            double sum = -6;
            for (int i = 0; i < 12; ++i)
                sum += m_generator() * 0x1p-32;
            return sum;
        }

        std::mt19937 m_generator;
    };

    void damageTensors(std::vector<TinyTensor>& tensors, const TinyModel& model)
    {
        const auto found = std::find_if(tensors.begin(), tensors.end(),
            [&](const TinyTensor& tensor) { return tensor.name == model.damagedTensor; });
        if (found == tensors.end())
            throw std::logic_error("no tensor " + model.damagedTensor + " to damage");
        const auto columns = std::size_t(found->shape.back());
        if (model.damage == Damage::MissingTensor) {
            tensors.erase(found);
        } else if (model.damage == Damage::WrongShape) {
            --found->shape.front();
            found->weights.resize(
                found->shape.size() == 1 ? columns - 1 : found->weights.size() - columns);
        } else if (model.damage == Damage::Nan) {
            found->weights.at(std::size_t(model.nanRow) * columns + std::size_t(model.nanColumn))
                = std::numeric_limits<float>::quiet_NaN();
        }
    }

} // namespace

std::vector<TinyTensor> tinyTensors(const TinyModel& model)
{
    Weights weights(model.seed);
    std::vector<TinyTensor> tensors;
    // 1/√(inputs) keeps the size of activations; the embedding gives logits a deviation of about 1.
    const auto linear = [&](const std::string& name, int out, int in) {
        tensors.push_back(weights.matrix(name, out, in, 1 / std::sqrt(double(in))));
    };
    const int vocabulary = int(tinyTokens().size());
    linear("model.embed_tokens.weight", vocabulary, model.hidden);
    for (int layer = 0; layer < model.layers; ++layer) {
        const std::string prefix = "model.layers." + std::to_string(layer) + ".";
        const int queries = model.heads * model.headSize;
        const int keys = model.keyValueHeads * model.headSize;
        tensors.push_back(weights.norm(prefix + "input_layernorm.weight", model.hidden));
        linear(prefix + "self_attn.q_proj.weight", queries, model.hidden);
        linear(prefix + "self_attn.k_proj.weight", keys, model.hidden);
        linear(prefix + "self_attn.v_proj.weight", keys, model.hidden);
        linear(prefix + "self_attn.o_proj.weight", model.hidden, queries);
        tensors.push_back(weights.norm(prefix + "post_attention_layernorm.weight", model.hidden));
        linear(prefix + "mlp.gate_proj.weight", model.feedForward, model.hidden);
        linear(prefix + "mlp.up_proj.weight", model.feedForward, model.hidden);
        linear(prefix + "mlp.down_proj.weight", model.hidden, model.feedForward);
    }
    tensors.push_back(weights.norm("model.norm.weight", model.hidden));
    if (!model.isTied)
        linear("lm_head.weight", vocabulary, model.hidden);
    if (model.damage == Damage::MissingTensor || model.damage == Damage::WrongShape
        || model.damage == Damage::Nan)
        damageTensors(tensors, model);
    return tensors;
}

} // namespace support
