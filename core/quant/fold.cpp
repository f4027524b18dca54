// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/fold.h"

#include "core/rounding/encode.h"

#include <algorithm>
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

    void scaleReaders(LayerWeights& weights, LinearInput input, const Vector& scales)
    {
        for (const Role role : weights.readers(input))
            scaleColumns(weights.matrix(role), scales);
    }

    /// Divides row `row` of the part `role` of what a layer has, and its bias.
    void divideRow(LayerWeights& weights, Role role, Index row, float scale)
    {
        const LayerWeights::PartPlace place = weights.placeOf(role);
        weights.matrix(place.matrix).row(place.first + row) /= scale;
        if (weights.findVector(biasRole(place.matrix)))
            weights.vector(*biasRole(place.matrix))[place.first + row] /= scale;
    }

    /// Divides the rows of attn_v by the scales of the heads' outputs: row r of key/value head g
    /// makes channel r of every head of that group, which all have one scale.
    void divideValueRows(LayerWeights& weights, const Vector& scales)
    {
        const AttentionSpec& spec = weights.spec.attention;
        const Index headsPerKey = spec.heads / spec.keyValueHeads;
        assert(spec.keys() * headsPerKey == scales.size());
        for (Index row = 0; row < spec.keys(); ++row) {
            const Index group = row / spec.headDim;
            const Index channel = group * headsPerKey * spec.headDim + row % spec.headDim;
            divideRow(weights, Role::AttnV, row, scales[channel]);
        }
    }

    void noteBias(const LayerWeights& weights, Role matrix, std::vector<Role>& changed)
    {
        if (weights.has(matrix) && weights.findVector(biasRole(matrix)))
            changed.push_back(*biasRole(matrix));
    }

    /// Divides what makes attention's output, or what stands in its place, by `scales`, and says
    /// which vectors changed.
    void divideMixer(LayerWeights& weights, const Vector& scales, std::vector<Role>& changed)
    {
        if (weights.spec.deltaNet) {
            const Index headDim = weights.spec.deltaNet->headDim; // all heads have the same scales
            weights.vector(Role::SsmNorm).array() /= scales.head(headDim).array();
            return changed.push_back(Role::SsmNorm);
        }
        if (weights.spec.shortConvolution) {
            for (Index row = 0; row < scales.size(); ++row) // the second third is C
                divideRow(weights, Role::ShortConvIn, scales.size() + row, scales[row]);
            return;
        }
        divideValueRows(weights, scales);
        noteBias(weights, Role::AttnV, changed);
        noteBias(weights, Role::AttnQkv, changed);
    }

    void divideNorm(
        LayerWeights& weights, Role norm, const Vector& scales, std::vector<Role>& changed)
    {
        weights.vector(norm).array() /= scales.array();
        changed.push_back(norm);
        const auto bias = normBiasRole(norm);
        if (!bias || !weights.findVector(*bias))
            return;
        weights.vector(*bias).array() /= scales.array();
        changed.push_back(*bias);
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
        result.source = nullptr;
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
    case LinearInput::Down:
        return down;
    default: // experts
        break;
    }
    static const Vector none;
    return none;
}

Vector& LayerFold::of(LinearInput input)
{
    assert(std::ranges::find(layerInputs, input) != layerInputs.end());
    return const_cast<Vector&>(std::as_const(*this).of(input));
}

bool LayerFold::isEmpty() const
{
    return attention.size() + attentionOutput.size() + feedForward.size() + down.size() == 0;
}

std::vector<int> foldGroups(LinearInput input, const LayerSpec& spec, std::int64_t width)
{
    const AttentionSpec& attention = spec.attention;
    const std::int64_t channels = input == LinearInput::AttentionOutput ? spec.mixedChannels(width)
        : input == LinearInput::Down                                    ? spec.feedForward.size
                                                                        : width;
    std::vector<int> groups(static_cast<std::size_t>(channels));
    std::iota(groups.begin(), groups.end(), 0);
    if (input != LinearInput::AttentionOutput || spec.shortConvolution)
        return groups;
    if (spec.deltaNet) {
        for (int& group : groups)
            group %= spec.deltaNet->headDim;
        return groups;
    }
    const int headsPerKey = attention.heads / attention.keyValueHeads;
    const int headDim = attention.headDim;
    for (int channel = 0; channel < int(channels); ++channel)
        groups[std::size_t(channel)]
            = channel / headDim / headsPerKey * headDim + channel % headDim;
    return groups;
}

std::string foldObstacle(LinearInput input, const LayerSpec& spec)
{
    const bool readsHeads = input == LinearInput::AttentionOutput;
    if (readsHeads && spec.attention.latent)
        return "its input is not scaled: each head's values are made of the same latents";
    if (readsHeads && (spec.attention.normsValues || spec.attention.valuesAreKeys))
        return "its input is not scaled: the norm of the values does not let scales through";
    if (input == LinearInput::Down && !spec.feedForward.isGated)
        return "its input is not scaled: the activation before it does not let scales through";
    const bool isBranch = input == LinearInput::FeedForward || input == LinearInput::Down;
    if (spec.experts && !spec.experts->isBeside && isBranch)
        return "its input is not scaled: a router and experts read it, too";
    const bool isNormed = input == LinearInput::Attention || input == LinearInput::FeedForward;
    if (!isNormed || spec.makerOf(input))
        return {};
    return spec.attentionNorm || spec.feedForwardNorm
        ? "its input is not scaled: the norm before it makes another input, too"
        : "its input is not scaled: no norm makes it";
}

std::optional<Role> foldedMaker(LinearInput input, const Checkpoint& checkpoint, int layer)
{
    if (input == LinearInput::AttentionOutput) {
        const LayerSpec spec = layerSpec(checkpoint.config(), layer);
        if (spec.deltaNet)
            return std::nullopt;
        if (spec.shortConvolution)
            return Role::ShortConvIn;
        return checkpoint.find(Place{ Role::AttnV, layer }) ? Role::AttnV : Role::AttnQkv;
    }
    return input == LinearInput::Down ? std::optional(Role::FfnUp) : std::nullopt;
}

std::vector<Role> applyFold(LayerWeights& weights, const LayerFold& fold)
{
    std::vector<Role> changed;
    for (const LinearInput input : { LinearInput::Attention, LinearInput::FeedForward })
        if (const Vector& scales = fold.of(input); scales.size() > 0) {
            divideNorm(weights, *weights.spec.makerOf(input), scales, changed);
            scaleReaders(weights, input, scales);
        }
    if (fold.attentionOutput.size() > 0) {
        divideMixer(weights, fold.attentionOutput, changed);
        scaleReaders(weights, LinearInput::AttentionOutput, fold.attentionOutput);
    }
    if (fold.down.size() > 0) {
        for (Index row = 0; row < fold.down.size(); ++row)
            divideRow(weights, Role::FfnUp, row, fold.down[row]);
        scaleReaders(weights, LinearInput::Down, fold.down);
        noteBias(weights, Role::FfnUp, changed);
    }
    return changed;
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
        applyFold(weights, folds[std::size_t(layer)]);
        for (const auto& [role, values] : weights.vectors)
            folded.push_back(inFloats(*checkpoint.find(Place{ role, layer }),
                Eigen::Map<const Matrix>(values.data(), checkpoint.find(Place{ role, layer })->rows,
                    checkpoint.find(Place{ role, layer })->columns)));
        for (const auto& [role, values] : weights.matrices)
            folded.push_back(inFloats(*checkpoint.find(Place{ role, layer }), values));
    }
    progress.at(1);
    return checkpoint.withTensors(folded);
}

} // namespace core
