// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/bandwidth.h"

#include <algorithm>
#include <cassert>

namespace core {

namespace {

    constexpr std::uint64_t cacheBytesPerValue = 2; // F16

    /// What one layer keeps of all tokens: keys and values, or their latents and the key that heads
    /// share; nothing where it takes those of another layer or does not attend.
    std::uint64_t cachedValues(const LayerSpec& layer, int context)
    {
        if (layer.deltaNet || layer.shortConvolution)
            return 0;
        const AttentionSpec& spec = layer.attention;
        const auto positions
            = std::uint64_t(spec.window > 0 ? std::min(context, spec.window) : context);
        if (spec.latent)
            return positions * std::uint64_t(spec.latent->keyRank + spec.latent->turned);
        return spec.makesKeys ? 2 * positions * std::uint64_t(spec.keys()) : 0;
    }

    /// `formats(i)` is what tensor i is stored in.
    template<typename Formats>
    std::uint64_t bytesRead(const Checkpoint& checkpoint, int context, const Formats& formats)
    {
        assert(context >= 0);
        const ModelConfig& config = checkpoint.config();
        std::uint64_t bytes = cacheBytes(config, context) + stateBytes(config);
        for (std::size_t i = 0; i < checkpoint.tensors().size(); ++i) {
            const Tensor& tensor = checkpoint.tensors()[i];
            const bool isLookedUp
                = (tensor.place.role == Role::TokenEmbd && checkpoint.findHead() != &tensor)
                || tensor.place.role == Role::TokenEmbdPerLayer;
            std::uint64_t rows = isLookedUp ? 1 : std::uint64_t(tensor.rows);
            if (isExpertStack(tensor.place.role) && config.experts > 0) // the chosen ones only
                rows = rows * std::uint64_t(config.expertsUsed) / std::uint64_t(config.experts);
            bytes += formats(i).tensorBytes(rows, std::size_t(tensor.columns));
        }
        return bytes;
    }

} // namespace

std::uint64_t bytesPerToken(
    const Checkpoint& checkpoint, const std::vector<PlannedTensor>& plan, int context)
{
    assert(plan.size() == checkpoint.tensors().size());
    return bytesRead(
        checkpoint, context, [&](std::size_t i) -> const Format& { return *plan[i].format; });
}

std::uint64_t bytesPerToken(const Checkpoint& checkpoint, int context)
{
    return bytesRead(checkpoint, context,
        [&](std::size_t i) -> const Format& { return *checkpoint.tensors()[i].format; });
}

std::uint64_t cacheBytes(const ModelConfig& config, int context)
{
    if (config.notComputed.empty() && config.known()) {
        std::uint64_t values = 0;
        for (int layer = 0; layer < config.layers; ++layer)
            values += cachedValues(layerSpec(config, layer), context);
        return values * cacheBytesPerValue;
    }
    const auto windowed
        = config.window > 0 ? std::uint64_t(std::ranges::count(config.windowed, true)) : 0;
    const auto attending
        = std::uint64_t(config.layers - std::ranges::count(config.recurrent, true));
    const std::uint64_t positions = (attending - windowed) * std::uint64_t(context)
        + windowed * std::uint64_t(std::min(context, config.window));
    return 2 * positions * std::uint64_t(config.keyValueHeads) * std::uint64_t(config.headDim)
        * cacheBytesPerValue; // 2: keys and values
}

std::uint64_t stateBytes(const ModelConfig& config)
{
    const auto layers = std::uint64_t(std::ranges::count(config.recurrent, true));
    const DeltaNetSpec& net = config.deltaNet;
    const auto columns = [](int kernel) { return std::uint64_t(std::max(0, kernel - 1)); };
    return layers * sizeof(float)
        * (columns(net.kernel) * std::uint64_t(net.mixed())
            + std::uint64_t(net.values()) * std::uint64_t(net.headDim)
            + columns(config.shortConvolution.kernel) * std::uint64_t(config.hidden));
}

double tokensPerSecond(const Device* device, std::uint64_t bytesPerToken)
{
    return device && bytesPerToken > 0 ? device->bytesPerSecond / double(bytesPerToken) : 0;
}

std::uint64_t roomForWeights(const Device& device, const ModelConfig& config, int context)
{
    constexpr double usable = 0.9;
    const double room = usable * device.memoryBytes - double(cacheBytes(config, context));
    return room > 0 ? std::uint64_t(room) : 0;
}

} // namespace core
