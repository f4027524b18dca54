// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/widened.h"

#include "tests/support/randomweights.h"

#include "core/model/expectedtensors.h"

#include <cmath>
#include <cstdint>
#include <utility>

namespace support {

using namespace core;

namespace {

    constexpr int width = 256;

    ModelConfig widenedConfig(const ModelConfig& tiny)
    {
        ModelConfig config = tiny;
        config.hidden = width;
        config.feedForward = tiny.feedForward == 4 * tiny.hidden ? 4 * width : 2 * width;
        for (int& size : config.feedForwardOf)
            size = size * config.feedForward / tiny.feedForward;
        if (config.latent.keyRank > 0) { // rows of 12 fit no block
            config.latent.plain = 32;
            config.headDim = config.latent.plain + config.latent.turned;
            config.attentionScale *= std::sqrt(double(tiny.headDim) / config.headDim);
        }
        config.heads = width / config.headDim;
        config.keyValueHeads = tiny.keyValueHeads == tiny.heads ? config.heads
            : tiny.keyValueHeads == 1                           ? 1
                                                                : config.heads / 4;
        for (int& keyHeads : config.keyValueHeadsOf)
            keyHeads = keyHeads == 1 ? 1 : config.keyValueHeads;
        if (config.perLayerSize > 0)
            config.perLayerSize = width / 8;
        if (config.latent.keyRank > 0)
            config.latent.keyRank = width / 2;
        if (config.latent.queryRank > 0)
            config.latent.queryRank = width;
        if (config.deltaNet.kernel > 0) {
            config.deltaNet.valueHeads = width / config.deltaNet.headDim;
            config.deltaNet.keyHeads = config.deltaNet.valueHeads / 4;
        }
        const double root = std::sqrt(double(tiny.hidden)); // Gemma's scale
        if (std::abs(tiny.embeddingScale / root - 1) < 1e-6)
            config.embeddingScale = std::sqrt(double(width));
        return config;
    }

    Tensor madeAs(const Tensor& tiny, std::vector<std::int64_t> shape, const ModelConfig& config,
        RandomWeights& random)
    {
        const Matrix values = decode(tiny);
        const double mean = tiny.isMatrix() ? 0 : double(values.mean());
        double deviation = std::sqrt((values.cast<double>().array() - mean).square().mean());
        const bool isLookedUp = tiny.place.role == Role::TokenEmbd && !config.tiedHead;
        if (tiny.isMatrix() && !isLookedUp)
            deviation *= std::sqrt(double(tiny.columns) / double(shape.back()));
        const auto owner = std::make_shared<const std::vector<float>>(
            random.tensor(tiny.name, shape, mean, deviation).weights);
        Tensor tensor;
        tensor.place = tiny.place;
        tensor.name = tensor.sourceName = tiny.name;
        tensor.columns = shape.back();
        tensor.rows = std::int64_t(owner->size()) / tensor.columns;
        tensor.shape = std::move(shape);
        tensor.format = &formats::f32;
        tensor.bytes = std::as_bytes(std::span(*owner));
        tensor.owner = owner;
        return tensor;
    }

} // namespace

std::shared_ptr<const Checkpoint> widened(std::shared_ptr<const Checkpoint> tiny)
{
    CheckpointParts parts;
    parts.path = tiny->path();
    parts.config = widenedConfig(tiny->config());
    parts.tokenizer = std::shared_ptr<const Tokenizer>(tiny, &tiny->tokenizer());
    parts.metadata = configToGguf(parts.config);
    for (const auto& [key, value] : tiny->metadata().pairs())
        if (key.starts_with("tokenizer."))
            parts.metadata.set(key, value);
    RandomWeights random(1);
    for (const ExpectedTensor& expected : expectedTensors(parts.config))
        if (const Tensor* tensor = tiny->find(expected.place))
            parts.tensors.push_back(madeAs(*tensor, expected.shape, parts.config, random));
    return std::make_shared<const Checkpoint>(std::move(parts));
}

} // namespace support
