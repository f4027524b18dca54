// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/fold.h"

#include "core/rounding/encode.h"

#include <cassert>
#include <numeric>
#include <utility>

namespace core {

namespace {

    using Index = Eigen::Index;

    void scaleColumns(Matrix& W, const Vector& scales)
    {
        assert(W.cols() == scales.size());
        W.array().rowwise() *= scales.transpose().array();
    }

    /// Divides the rows of attn_v by the scales of the heads' outputs: row r of key/value head g
    /// makes channel r of every head of that group, which all have one scale.
    void divideValueRows(Matrix& v, const Vector& scales, const ModelConfig& config)
    {
        const Index headsPerKey = config.heads / config.keyValueHeads;
        assert(v.rows() * headsPerKey == scales.size());
        for (Index row = 0; row < v.rows(); ++row) {
            const Index group = row / config.headDim;
            const Index channel = group * headsPerKey * config.headDim + row % config.headDim;
            v.row(row) /= scales[channel];
        }
    }

    Tensor inFloats(const Tensor& tensor, const MatrixView& values)
    {
        const auto owner = std::make_shared<const std::vector<std::byte>>(
            encodeMatrix(values, formats::f32, {}, Progress()));
        Tensor result = tensor;
        result.format = &formats::f32;
        result.bytes = *owner;
        result.offset = 0;
        result.file.clear();
        result.mapping = nullptr;
        result.owner = owner;
        return result;
    }

} // namespace

const Vector& LayerFold::of(LinearInput input) const
{
    switch (input) {
    case LinearInput::Attention:
        return attention;
    case LinearInput::AttentionOutput:
        return attentionOutput;
    case LinearInput::FeedForward:
        return feedForward;
    default:
        assert(input == LinearInput::Down);
        return down;
    }
}

Vector& LayerFold::of(LinearInput input)
{
    return const_cast<Vector&>(std::as_const(*this).of(input));
}

bool LayerFold::isEmpty() const
{
    return attention.size() + attentionOutput.size() + feedForward.size() + down.size() == 0;
}

std::vector<int> foldGroups(LinearInput input, const ModelConfig& config)
{
    const int channels = input == LinearInput::AttentionOutput ? config.heads * config.headDim
        : input == LinearInput::Down                           ? config.feedForward
                                                               : config.hidden;
    std::vector<int> groups(static_cast<std::size_t>(channels));
    std::iota(groups.begin(), groups.end(), 0);
    if (input != LinearInput::AttentionOutput)
        return groups;
    const int headsPerKey = config.heads / config.keyValueHeads;
    for (int channel = 0; channel < channels; ++channel)
        groups[std::size_t(channel)]
            = channel / config.headDim / headsPerKey * config.headDim + channel % config.headDim;
    return groups;
}

void applyFold(LayerWeights& weights, const LayerFold& fold, const ModelConfig& config)
{
    if (fold.attention.size() > 0) {
        weights.attnNorm.array() /= fold.attention.array();
        for (Matrix* matrix : { &weights.q, &weights.k, &weights.v })
            scaleColumns(*matrix, fold.attention);
    }
    if (fold.attentionOutput.size() > 0) {
        divideValueRows(weights.v, fold.attentionOutput, config);
        scaleColumns(weights.output, fold.attentionOutput);
    }
    if (fold.feedForward.size() > 0) {
        weights.ffnNorm.array() /= fold.feedForward.array();
        for (Matrix* matrix : { &weights.gate, &weights.up })
            scaleColumns(*matrix, fold.feedForward);
    }
    if (fold.down.size() > 0) {
        weights.up.array().colwise() /= fold.down.array();
        scaleColumns(weights.down, fold.down);
    }
}

std::shared_ptr<const Checkpoint> foldedCheckpoint(
    const Checkpoint& checkpoint, std::span<const LayerFold> folds, const Progress& progress)
{
    assert(int(folds.size()) == checkpoint.config().layers);
    std::vector<Tensor> folded;
    for (int layer = 0; layer < int(folds.size()); ++layer) {
        progress.at(double(layer) / double(folds.size()));
        if (folds[std::size_t(layer)].isEmpty())
            continue;
        LayerWeights weights = loadLayer(checkpoint, layer, progress);
        applyFold(weights, folds[std::size_t(layer)], checkpoint.config());
        const auto add = [&](Role role, const MatrixView& values) {
            folded.push_back(inFloats(*checkpoint.find({ role, layer }), values));
        };
        add(Role::AttnNorm, Matrix(weights.attnNorm.transpose()));
        add(Role::FfnNorm, Matrix(weights.ffnNorm.transpose()));
        for (const Role role : layerMatrixRoles())
            add(role, weights.matrix(role));
    }
    progress.at(1);
    return checkpoint.withTensors(folded);
}

} // namespace core
