// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/layer.h"

#include "core/model/activation.h"
#include "core/model/architecture.h"
#include "core/model/linear.h"
#include "core/model/norm.h"
#include "core/model/perlayerinputs.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace core {

namespace {

    using Index = Eigen::Index;

    Vector loadVector(const Tensor& tensor, const Progress& progress)
    {
        const Matrix values = decodeFinite(tensor, progress);
        return Eigen::Map<const Vector>(values.data(), values.size());
    }

    Matrix normedBefore(const MatrixView& hidden, std::optional<Role> role,
        const LayerWeights& weights, const Progress& progress)
    {
        if (!role)
            return hidden;
        const auto biasOf = normBiasRole(*role);
        const Vector* bias = weights.spec.norm == NormKind::Layer && biasOf
            ? weights.findVector(*biasOf)
            : nullptr;
        return normed(hidden,
            { weights.spec.norm, weights.spec.epsilon, &weights.vector(*role), bias }, progress);
    }

    /// hidden += scale · after(input · weightᵀ + bias).
    void addBranch(MatrixBlock hidden, const MatrixView& input, const LayerWeights& weights,
        Role writer, std::optional<Role> after, const Progress& progress)
    {
        const Matrix& weight = weights.matrix(writer);
        if (!after && weights.spec.residualScale == 1 && weights.biasOf(writer).size() == 0)
            return addLinear(hidden, input, weight, progress);
        addWritten(
            hidden, linearProduct(input, weight, progress), weights, writer, after, progress);
    }

} // namespace

const Vector* LayerWeights::findVector(std::optional<Role> role) const
{
    const auto found = role ? vectors.find(*role) : vectors.end();
    return found == vectors.end() ? nullptr : &found->second;
}

std::vector<Role> LayerWeights::readers(LinearInput input) const
{
    std::vector<Role> present;
    std::ranges::copy_if(
        rolesOf(input), std::back_inserter(present), [this](Role role) { return has(role); });
    return present;
}

std::optional<Role> biasRole(Role matrix)
{
    switch (matrix) {
    case Role::AttnQkv:
        return Role::AttnQkvBias;
    case Role::AttnQ:
        return Role::AttnQBias;
    case Role::AttnK:
        return Role::AttnKBias;
    case Role::AttnV:
        return Role::AttnVBias;
    case Role::AttnOutput:
        return Role::AttnOutputBias;
    case Role::FfnGate:
        return Role::FfnGateBias;
    case Role::FfnUp:
        return Role::FfnUpBias;
    case Role::FfnDown:
        return Role::FfnDownBias;
    default:
        return std::nullopt;
    }
}

std::optional<Role> normBiasRole(Role norm)
{
    switch (norm) {
    case Role::AttnNorm:
        return Role::AttnNormBias;
    case Role::AttnNorm2:
        return Role::AttnNorm2Bias;
    case Role::FfnNorm:
        return Role::FfnNormBias;
    case Role::OutputNorm:
        return Role::OutputNormBias;
    default:
        return std::nullopt;
    }
}

LayerWeights::PartPlace LayerWeights::placeOf(Role part) const
{
    const bool isSplit = part == Role::FfnUp && spec.feedForward.isFused;
    if (has(part) && !isSplit)
        return { part, 0, matrix(part).rows() };
    const Index queries = spec.attention.queryRows(), keys = spec.attention.keys();
    const Index size = spec.feedForward.size;
    switch (part) {
    case Role::AttnQ:
        return { Role::AttnQkv, 0, queries };
    case Role::AttnK:
        return { Role::AttnQkv, queries, keys };
    case Role::AttnV:
        return { Role::AttnQkv, queries + keys, keys };
    case Role::FfnGate:
        return { Role::FfnUp, 0, size };
    default:
        assert(isSplit);
        return { Role::FfnUp, size, size };
    }
}

MatrixView LayerWeights::part(Role role) const
{
    const PartPlace place = placeOf(role);
    return matrix(place.matrix).middleRows(place.first, place.rows);
}

std::vector<MatrixView> LayerWeights::parts(const std::vector<Role>& roles) const
{
    std::vector<MatrixView> parts;
    for (const Role role : roles)
        parts.push_back(part(role));
    return parts;
}

Vector LayerWeights::biasOf(Role role) const
{
    const bool isSplit = role == Role::FfnUp && spec.feedForward.isFused;
    if (const Vector* own = findVector(biasRole(role)); own && !isSplit)
        return *own;
    const PartPlace place = placeOf(role);
    const Vector* whole = findVector(biasRole(place.matrix));
    return whole ? Vector(whole->segment(place.first, place.rows)) : Vector();
}

std::vector<Role> readersOf(const Checkpoint& checkpoint, LinearInput input, int layer)
{
    std::vector<Role> present;
    for (const Role role : rolesOf(input))
        if (checkpoint.find(Place{ role, layer }))
            present.push_back(role);
    if (input == LinearInput::Head && present.size() > 1)
        present.resize(1); // output, not the embedding beside it
    return present;
}

LayerWeights loadLayer(const Checkpoint& checkpoint, int layer, const Progress& progress)
{
    checkpoint.requireComputed();
    LayerWeights weights;
    weights.spec = layerSpec(checkpoint.config(), layer);
    for (const Tensor* tensor : checkpoint.inLayer(layer)) {
        if (isExpertStack(tensor->place.role))
            weights.stacks.emplace(tensor->place.role, *tensor);
        else if (tensor->isMatrix())
            weights.matrices.emplace(tensor->place.role, decodeFinite(*tensor, progress));
        else
            weights.vectors.emplace(tensor->place.role, loadVector(*tensor, progress));
    }
    return weights;
}

Matrix attentionInput(
    const MatrixView& hidden, const LayerWeights& weights, const Progress& progress)
{
    return normedBefore(hidden, weights.spec.attentionNorm, weights, progress);
}

Matrix feedForwardInput(
    const MatrixView& hidden, const LayerWeights& weights, const Progress& progress)
{
    return normedBefore(hidden, weights.spec.feedForwardNorm, weights, progress);
}

void addAttention(MatrixBlock hidden, const MatrixView& context, const LayerWeights& weights,
    const Progress& progress)
{
    addBranch(hidden, context, weights, weights.spec.mixerOutput(), weights.spec.attentionPostNorm,
        progress);
}

void addFeedForward(MatrixBlock hidden, const MatrixView& gated, const LayerWeights& weights,
    const Progress& progress)
{
    addBranch(hidden, gated, weights, Role::FfnDown, weights.spec.feedForwardPostNorm, progress);
}

Matrix perLayerGated(const MatrixView& x, const LayerWeights& weights, const BesideTile& beside,
    const Progress& progress)
{
    const PerLayerSpec& spec = *weights.spec.perLayer;
    assert(beside.beside && beside.beside->perLayer);
    const std::span<const int> tokens(beside.beside->tokens);
    const Matrix own = beside.beside->perLayer->rows(
        tokens.subspan(std::size_t(beside.firstRow), std::size_t(x.rows())), spec.layer, progress);
    Matrix gated = linearProduct(x, weights.matrix(Role::PerLayerInpGate), progress);
    for (Index row = 0; row < gated.rows(); ++row)
        activateTimes(spec.activation, gated.row(row).data(), own.row(row).data(),
            std::size_t(gated.cols()), gated.row(row).data());
    return gated;
}

void addPerLayer(MatrixBlock hidden, const MatrixView& gated, const LayerWeights& weights,
    const Progress& progress)
{
    const Matrix written = linearProduct(gated, weights.matrix(Role::PerLayerProj), progress);
    hidden += normed(written,
        { weights.spec.norm, weights.spec.epsilon, &weights.vector(Role::PerLayerPostNorm),
            nullptr },
        progress);
}

void addWritten(MatrixBlock hidden, Matrix written, const LayerWeights& weights, Role writer,
    std::optional<Role> after, const Progress& progress)
{
    addBias(written, weights.biasOf(writer));
    if (after)
        written = normed(written,
            { weights.spec.norm, weights.spec.epsilon, &weights.vector(*after), nullptr },
            progress);
    hidden += weights.spec.residualScale * written;
}

void scaleOutput(MatrixBlock hidden, const LayerWeights& weights)
{
    if (const Vector* scale = weights.findVector(Role::LayerOutputScale))
        hidden *= (*scale)[0];
}

Matrix headInput(const MatrixView& hidden, const Checkpoint& checkpoint, const Progress& progress)
{
    const ModelConfig& config = checkpoint.config();
    const auto load = [&](Role role) {
        const Tensor* tensor = checkpoint.find(Place{ role });
        return tensor ? loadVector(*tensor, progress) : Vector();
    };
    const Vector weight = load(config.known()->finalNorm);
    const Vector bias = load(Role::OutputNormBias);
    return normed(hidden, { config.known()->norm, config.normEpsilon, &weight, &bias }, progress);
}

} // namespace core
