// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/randomweights.h"
#include "tests/support/tinymodel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace support {

namespace {

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
    RandomWeights weights(model.seed);
    std::vector<TinyTensor> tensors;
    const auto norm = [&](const std::string& name) {
        tensors.push_back(weights.tensor(name, { model.hidden }, 1, 0.1));
    };
    // 1/√(inputs) keeps the size of activations; the embedding gives logits a deviation of about 1.
    const auto linear = [&](const std::string& name, int out, int in) {
        tensors.push_back(weights.tensor(name, { out, in }, 0, 1 / std::sqrt(double(in))));
    };
    const int vocabulary = int(tinyTokens().size());
    linear("model.embed_tokens.weight", vocabulary, model.hidden);
    for (int layer = 0; layer < model.layers; ++layer) {
        const std::string prefix = "model.layers." + std::to_string(layer) + ".";
        const int queries = model.heads * model.headSize;
        const int keys = model.keyValueHeads * model.headSize;
        norm(prefix + "input_layernorm.weight");
        linear(prefix + "self_attn.q_proj.weight", queries, model.hidden);
        linear(prefix + "self_attn.k_proj.weight", keys, model.hidden);
        linear(prefix + "self_attn.v_proj.weight", keys, model.hidden);
        linear(prefix + "self_attn.o_proj.weight", model.hidden, queries);
        norm(prefix + "post_attention_layernorm.weight");
        linear(prefix + "mlp.gate_proj.weight", model.feedForward, model.hidden);
        linear(prefix + "mlp.up_proj.weight", model.feedForward, model.hidden);
        linear(prefix + "mlp.down_proj.weight", model.hidden, model.feedForward);
    }
    norm("model.norm.weight");
    if (!model.isTied)
        linear("lm_head.weight", vocabulary, model.hidden);
    if (model.damage == Damage::MissingTensor || model.damage == Damage::WrongShape
        || model.damage == Damage::Nan)
        damageTensors(tensors, model);
    return tensors;
}

} // namespace support
