// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/bandwidth.h"

#include <algorithm>
#include <cassert>

namespace core {

namespace {

    constexpr std::uint64_t cacheBytesPerValue = 2; // F16

    /// `formats(i)` is what tensor i is stored in.
    template<typename Formats>
    std::uint64_t bytesRead(const Checkpoint& checkpoint, int context, const Formats& formats)
    {
        assert(context >= 0);
        const ModelConfig& config = checkpoint.config();
        std::uint64_t bytes = cacheBytes(config, context);
        for (std::size_t i = 0; i < checkpoint.tensors().size(); ++i) {
            const Tensor& tensor = checkpoint.tensors()[i];
            const bool isLookedUp
                = tensor.place.role == Role::TokenEmbd && checkpoint.findHead() != &tensor;
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
    const auto windowed
        = config.window > 0 ? std::uint64_t(std::ranges::count(config.windowed, true)) : 0;
    const std::uint64_t positions
        = (std::uint64_t(config.layers) - windowed) * std::uint64_t(context)
        + windowed * std::uint64_t(std::min(context, config.window));
    return 2 * positions * std::uint64_t(config.keyValueHeads) * std::uint64_t(config.headDim)
        * cacheBytesPerValue; // 2: keys and values
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
