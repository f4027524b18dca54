// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/runshape.h"

#include <algorithm>
#include <optional>

namespace core {

namespace {

    /// As layers are rounded: the others' rows are what the residual stream lacks.
    bool isShared(LinearInput input)
    {
        return input == LinearInput::Attention || input == LinearInput::FeedForward
            || input == LinearInput::Experts || input == LinearInput::LatentQuery
            || input == LinearInput::PerLayer;
    }

    /// Says of a group whose matrices are stacks of experts that they are.
    void shareExperts(RunGroup& group, const ModelConfig& config, int layer)
    {
        const auto spec = config.notComputed.empty() ? layerSpec(config, layer).experts
                                                     : std::optional<ExpertsSpec>();
        if (!spec || spec->count < 1)
            return;
        group.experts = spec->count;
        group.used = double(spec->used) / spec->count;
    }

    RunLayer layerShape(
        const Checkpoint& checkpoint, std::span<const PlannedTensor> plan, int number)
    {
        RunLayer layer;
        for (const LinearInput input :
            { LinearInput::Attention, LinearInput::AttentionOutput, LinearInput::LatentQuery,
                LinearInput::HeadQuery, LinearInput::HeadContext, LinearInput::FeedForward,
                LinearInput::Down, LinearInput::SharedDown, LinearInput::Experts,
                LinearInput::ExpertsDown, LinearInput::PerLayer, LinearInput::PerLayerOutput }) {
            RunGroup group;
            group.input = input;
            group.isShared = isShared(input);
            if (input == LinearInput::Experts || input == LinearInput::ExpertsDown)
                shareExperts(group, checkpoint.config(), number);
            for (const Role role : rolesOf(input)) {
                const Tensor* tensor = checkpoint.find(Place{ role, number });
                if (!tensor)
                    continue;
                const PlannedTensor& planned = plannedAt(checkpoint, plan, tensor->place);
                group.width = tensor->columns;
                group.readers.push_back({ tensor->rows, planned });
                if (!planned.keeps)
                    layer.plannedBytes += double(plannedBytes(planned, *tensor));
            }
            if (!group.readers.empty())
                layer.groups.push_back(std::move(group));
        }
        return layer;
    }

    std::int64_t sharedChannels(const ModelConfig& config)
    {
        std::int64_t channels = 0;
        for (int layer = 0;
             layer < config.layers && config.sharedKeyLayers > 0 && config.notComputed.empty();
             ++layer)
            if (const AttentionSpec spec = layerSpec(config, layer).attention;
                spec.sharedKeys && spec.makesKeys)
                channels += 2 * spec.keys();
        return channels;
    }

} // namespace

std::int64_t RunGroup::rows() const
{
    std::int64_t sum = 0;
    for (const Reader& reader : readers)
        sum += reader.rows;
    return sum;
}

std::int64_t RunGroup::mostRows() const
{
    std::int64_t most = 0;
    for (const Reader& reader : readers)
        most = std::max(most, reader.rows);
    return most;
}

RunGroup RunGroup::ofOneExpert() const
{
    RunGroup one = *this;
    for (Reader& reader : one.readers)
        reader.rows /= experts;
    one.isOneExpert = experts > 1;
    one.experts = 1;
    one.used = 1;
    return one;
}

bool RunGroup::usesGptq() const
{
    return std::ranges::any_of(readers, [](const Reader& reader) {
        return reader.planned.method == Method::Gptq && !reader.planned.keeps;
    });
}

bool RunGroup::isScaled() const
{
    return std::ranges::any_of(
        readers, [](const Reader& reader) { return reader.planned.scaling != Scaling::None; });
}

double RunLayer::weights() const
{
    double sum = 0;
    for (const RunGroup& group : groups)
        sum += group.weights();
    return sum;
}

double RunLayer::heldWeights() const
{
    double sum = 0;
    for (const RunGroup& group : groups)
        sum += group.weights() / double(group.experts);
    return sum;
}

double RunLayer::usedWeights() const
{
    double sum = 0;
    for (const RunGroup& group : groups)
        sum += group.weights() * group.used;
    return sum;
}

bool RunLayer::usesGptq() const { return std::ranges::any_of(groups, &RunGroup::usesGptq); }

bool RunLayer::isDense() const
{
    return std::ranges::none_of(groups, [](const RunGroup& group) { return group.experts > 1; });
}

bool RunLayer::isScaled() const { return std::ranges::any_of(groups, &RunGroup::isScaled); }

RunText textOf(const std::vector<std::vector<int>>& sequences)
{
    return sequences.empty()
        ? RunText()
        : RunText{ std::int64_t(sequences.size()), std::int64_t(sequences.front().size()) };
}

RunShape runShape(const Checkpoint& checkpoint, std::span<const PlannedTensor> plan,
    const GptqOptions& gptq, RunText text, Imatrix imatrix)
{
    const ModelConfig& config = checkpoint.config();
    RunShape shape;
    shape.hidden = config.hidden;
    shape.beside = sharedChannels(config);
    shape.heads = config.heads;
    shape.queries = std::int64_t(config.heads) * std::max(config.headDim, config.latent.value);
    shape.text = text;
    shape.gptq = gptq;
    shape.sourceBytes = double(checkpoint.bytes());
    shape.plannedBytes = double(roundedBytes(checkpoint, plan));
    if (const Tensor* head = checkpoint.findHead())
        shape.vocabularyWeights = double(head->weights());
    for (int layer = 0; layer < config.layers; ++layer)
        if (RunLayer found = layerShape(checkpoint, plan, layer); !found.groups.empty())
            shape.layers.push_back(std::move(found));
    for (std::size_t i = 0; i < plan.size(); ++i) {
        const Tensor& tensor = checkpoint.tensors()[i];
        const PlannedTensor& planned = plan[i];
        if (!isMatrix(planned.place.role))
            continue;
        if (planned.place.layer < 0)
            (isBeforeLayers(planned.place.role) ? shape.before : shape.after)
                .push_back({ tensor.rows, tensor.columns, planned });
        if (planned.method == Method::Importance && !planned.keeps && imatrix == Imatrix::None)
            shape.measuresImportance = true;
    }
    return shape;
}

} // namespace core
