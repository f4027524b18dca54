// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/quant/smallrun.h"

#include "core/base/error.h"
#include "tests/support/tinymodel.h"

#include <algorithm>
#include <stop_token>

namespace smallrun {

using namespace core;

std::shared_ptr<const Checkpoint> openModel(const std::filesystem::path& folder, const Shape& shape)
{
    support::TinyModel model;
    model.hidden = shape.hidden;
    model.headSize = shape.hidden / model.heads;
    model.feedForward = shape.hidden;
    model.layers = shape.layers;
    model.isTied = shape.isTied;
    std::filesystem::create_directory(folder);
    support::writeTinyModel(model, folder);
    return Checkpoint::open(folder);
}

QuantizeOptions calibrated(const Checkpoint& checkpoint)
{
    constexpr int sequenceLength = 32;
    QuantizeOptions options;
    unsigned state = 7;
    for (int sequence = 0; sequence < 40; ++sequence) {
        auto& tokens = options.calibration.emplace_back();
        for (int i = 0; i < sequenceLength; ++i) {
            state = state * 1664525u + 1013904223u; // Numerical Recipes' generator
            tokens.push_back(int((state >> 8) % unsigned(checkpoint.config().vocabulary)));
        }
    }
    return options;
}

Recipe recipeOf(const Format* format, Method method)
{
    Recipe recipe;
    recipe.format = format;
    recipe.method = method;
    recipe.gptq.sweeps = 1;
    return recipe;
}

Recipe everythingOn(const Format* format)
{
    Recipe recipe = recipeOf(format, Method::Gptq);
    recipe.gptq.weighTokens = true;
    recipe.gptq.refitNorms = true;
    recipe.gptq.orderNeurons = true;
    return recipe;
}

std::vector<std::byte> allBytes(const Checkpoint& checkpoint)
{
    std::vector<std::byte> bytes;
    for (const Tensor& tensor : checkpoint.tensors())
        bytes.insert(bytes.end(), tensor.bytes.begin(), tensor.bytes.end());
    return bytes;
}

std::string errorOf(const std::shared_ptr<const Checkpoint>& checkpoint, const Recipe& recipe,
    const QuantizeOptions& options)
{
    try {
        (void)quantize(checkpoint, recipe, options, {}, Progress());
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

bool cancelAfter(int tensors, const std::shared_ptr<const Checkpoint>& checkpoint,
    const Recipe& recipe, const QuantizeOptions& options)
{
    std::stop_source stop;
    const Progress progress(stop.get_token(), {});
    const auto count = [&](const TensorReport&) {
        if (--tensors == 0)
            stop.request_stop();
    };
    try {
        (void)quantize(checkpoint, recipe, options, count, progress);
    } catch (const Cancelled&) {
        return true;
    }
    return false;
}

int resumedTensors(const QuantizedModel& model)
{
    return int(std::ranges::count(model.reports, true, &TensorReport::resumed));
}

} // namespace smallrun
