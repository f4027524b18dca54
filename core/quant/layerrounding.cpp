// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/layerrounding.h"

#include "core/model/experts.h"
#include "core/model/latentattention.h"
#include "core/model/linear.h"
#include "core/quant/expertrounding.h"
#include "core/quant/groupgathering.h"
#include "core/quant/layerinwork.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace core {

namespace {

    using Index = Eigen::Index;

    /// Rounds the matrices that read the normed residual stream: q, k, v or gate, up. `read`: the
    /// hidden states that they read, those of `paths` but in a parallel layer.
    template<typename Input>
    void roundReaders(LayerInWork& layer, LinearInput input, const LayerPaths& paths,
        const LayerPaths& read, const Progress& progress, const Input& inputOf)
    {
        GroupGathering gathering(layer, input, paths);
        if (gathering.isNeeded())
            forTokenTiles(paths, progress.part(0, 0.4), [&](const TokenTile& tile) {
                Matrix x = inputOf(tile.of(read.rounded), layer.weights());
                Matrix change;
                if (gathering.corrects()) {
                    change
                        = layer.folded(input, inputOf(tile.of(*read.reference), layer.original()));
                    change -= x;
                }
                gathering.add(tile, std::move(x), std::move(change), {},
                    tile.of(paths.reference ? *paths.reference : paths.rounded));
            });
        gathering.round(layer, input, progress.part(0.4, 1));
    }

    /// Takes a tile of what attn_output or ffn_down read, `x` and `reference`, in, and moves the
    /// reference's residual stream on.
    void gatherWriter(const LayerInWork& layer, LinearInput input, GroupGathering& gathering,
        const LayerPaths& paths, const TokenTile& tile, Matrix x, Matrix reference,
        const Progress& progress)
    {
        const LayerWeights& original = layer.original();
        const bool isDown = input == LinearInput::Down;
        Matrix change, drift;
        if (gathering.corrects()) {
            drift = tile.of(*paths.reference) - tile.of(paths.rounded);
            // What the residual stream lacks, in units of what is written into it. A norm after the
            // matrix lets nothing be taken up so.
            const auto& after
                = isDown ? original.spec.feedForwardPostNorm : original.spec.attentionPostNorm;
            if (after)
                drift.setZero();
            else if (original.spec.residualScale != 1)
                drift /= original.spec.residualScale;
        }
        if (paths.reference && isDown)
            addFeedForward(tile.of(*paths.reference), reference, original, progress);
        else if (paths.reference)
            addAttention(tile.of(*paths.reference), reference, original, progress);
        if (gathering.corrects()) {
            const Matrix& W = original.matrix(isDown ? Role::FfnDown : original.spec.mixerOutput());
            change = Matrix::Zero(x.rows(), W.rows());
            layer.subtractUnfolded(reference, input, x);
            addLinear(change, reference, W, progress);
        }
        reference = Matrix();
        gathering.add(tile, std::move(x), std::move(change), std::move(drift),
            tile.of(paths.reference ? *paths.reference : paths.rounded));
    }

    /// Rounds what lies between hidden and the heads of latent attention.
    void roundLatents(LayerInWork& layer, const LayerPaths& paths, const Progress& progress)
    {
        if (layer.spec().attention.latent->queryRank > 0)
            roundReaders(layer, LinearInput::LatentQuery, paths, paths, progress.part(0, 0.8),
                [&](const MatrixView& hidden, const LayerWeights& weights) {
                    return latentQueryInput(
                        attentionInput(hidden, weights, progress), weights, progress);
                });
        layer.roundHeads(LinearInput::HeadQuery, progress.part(0.8, 0.9));
        layer.roundHeads(LinearInput::HeadContext, progress.part(0.9, 1));
    }

    void roundAttention(LayerInWork& layer, const LayerPaths& paths, const Progress& progress)
    {
        const auto inputOf = [&](const MatrixView& hidden, const LayerWeights& weights) {
            return attentionInput(hidden, weights, progress);
        };
        roundReaders(layer, LinearInput::Attention, paths, paths, progress.part(0, 0.5), inputOf);

        if (layer.spec().attention.latent)
            roundLatents(layer, paths, progress.part(0.5, 0.6));

        const auto contextOf
            = [&](const TokenTile& tile, HiddenStates& hidden, const LayerWeights& weights) {
                  return attentionContext(inputOf(tile.of(hidden), weights), weights, hidden.length,
                      progress, { tile.beside(hidden), {} });
              };
        TokenRows context(paths.rounded.states.rows(),
            layer.spec().mixedChannels(paths.rounded.states.cols()), layer.room());
        GroupGathering gathering(layer, LinearInput::AttentionOutput, paths);
        forTokenTiles(paths, progress.part(0.6, 0.8), [&](const TokenTile& tile) {
            tile.of(context) = contextOf(tile, paths.rounded, layer.weights());
            Matrix reference;
            if (paths.reference)
                reference = contextOf(tile, *paths.reference, layer.original());
            gatherWriter(layer, LinearInput::AttentionOutput, gathering, paths, tile,
                tile.of(context), std::move(reference), progress);
            context.rest();
        });
        constexpr std::array attentionInputs{ LinearInput::Attention, LinearInput::LatentQuery,
            LinearInput::HeadQuery, LinearInput::HeadContext, LinearInput::AttentionOutput };
        for (const LinearInput input : attentionInputs)
            layer.releaseOriginal(rolesOf(input));
        gathering.round(layer, LinearInput::AttentionOutput, progress.part(0.8, 0.95));
        forTokenTiles(paths, progress.part(0.95, 1), [&](const TokenTile& tile) {
            addAttention(tile.of(paths.rounded), tile.of(context), layer.weights(), progress);
            context.rest();
        });
        for (const LinearInput input : attentionInputs)
            layer.putAside(LayerInWork::Version::Rounded, input);
    }

    void roundFeedForward(LayerInWork& layer, const LayerPaths& paths, const LayerPaths& read,
        const Progress& progress)
    {
        using Version = LayerInWork::Version;
        layer.putAside(Version::Rounded, LinearInput::Down);
        layer.putAside(Version::Original, LinearInput::Down);
        const auto inputOf = [&](const MatrixView& hidden, const LayerWeights& weights) {
            return feedForwardInput(hidden, weights, progress);
        };
        roundReaders(layer, LinearInput::FeedForward, paths, read, progress.part(0, 0.4), inputOf);

        const auto gatedOf = [&](const MatrixView& hidden, const LayerWeights& weights) {
            return feedForwardGated(inputOf(hidden, weights), weights, progress);
        };
        layer.bringBack(Version::Original, LinearInput::Down, progress);
        KeptActivations gated(
            paths.rounded.states.rows(), layer.spec().feedForward.size, layer.room());
        GroupGathering gathering(layer, LinearInput::Down, paths);
        forTokenTiles(paths, progress.part(0.4, 0.6), [&](const TokenTile& tile) {
            Matrix x = gatedOf(tile.of(read.rounded), layer.weights());
            if (gated.isThere())
                gated.of(tile) = x;
            gated.rest();
            Matrix reference;
            if (paths.reference)
                reference = gatedOf(tile.of(*read.reference), layer.original());
            gatherWriter(layer, LinearInput::Down, gathering, paths, tile, std::move(x),
                std::move(reference), progress);
        });
        layer.releaseOriginal(std::array{ Role::FfnGate, Role::FfnUp, Role::FfnDown });
        layer.bringBack(Version::Rounded, LinearInput::Down, progress);
        layer.putAside(Version::Rounded, LinearInput::FeedForward);
        gathering.round(layer, LinearInput::Down, progress.part(0.6, 0.9));
        layer.bringBack(Version::Rounded, LinearInput::FeedForward, progress);
        forTokenTiles(paths, progress.part(0.9, 1), [&](const TokenTile& tile) {
            // In another order the same products may end in other bits (OpenBLAS's kernels for the
            // last columns of a tile): a resumed run, which finds the layer ordered, must not
            // differ.
            if (gated.isThere() && layer.neuronOrder().empty())
                addFeedForward(tile.of(paths.rounded), gated.of(tile), layer.weights(), progress);
            else
                addFeedForward(tile.of(paths.rounded),
                    gatedOf(tile.of(read.rounded), layer.weights()), layer.weights(), progress);
            gated.rest();
        });
    }

    /// What ffn_down of a feed-forward beside experts reads, or that of the expert that all tokens
    /// share.
    Matrix sharedGated(
        const MatrixView& hidden, const LayerWeights& weights, const Progress& progress)
    {
        const Matrix input = feedForwardInput(hidden, weights, progress);
        return weights.spec.experts->isBeside
            ? feedForwardGated(input, weights, progress)
            : expertGated(input, sharedExpert(weights), weights.spec.experts->activation, progress);
    }

    /// Rounds that ffn_down.
    void roundSharedDown(LayerInWork& layer, LinearInput input, const LayerPaths& paths,
        const LayerPaths& read, const Progress& progress)
    {
        const Role down = rolesOf(input).front();
        GroupGathering gathering(layer, input, paths);
        if (gathering.isNeeded())
            forTokenTiles(paths, progress.part(0, 0.5), [&](const TokenTile& tile) {
                Matrix x = sharedGated(tile.of(read.rounded), layer.weights(), progress);
                Matrix change, drift;
                if (gathering.corrects()) {
                    const Matrix& W = layer.original().matrix(down);
                    change = Matrix::Zero(x.rows(), W.rows());
                    addLinear(change,
                        sharedGated(tile.of(*read.reference), layer.original(), progress)
                            - layer.unfolded(input, x),
                        W, progress);
                    drift = Matrix::Zero(change.rows(), change.cols()); // its output is gated
                }
                gathering.add(tile, std::move(x), std::move(change), std::move(drift),
                    tile.of(paths.reference ? *paths.reference : paths.rounded));
            });
        gathering.round(layer, input, progress.part(0.5, 1));
    }

    /// What experts or their router read, of all tokens.
    TokenRows ofAllTokens(HiddenStates& hidden, const LayerWeights& weights, const TokenRoom& room,
        const Progress& progress, const decltype(expertsInput)& inputOf)
    {
        TokenRows input(hidden.states.rows(), hidden.states.cols(), room);
        forTokenTiles(hidden, progress, [&](const TokenTile& tile) {
            tile.of(input) = inputOf(tile.of(hidden), weights, progress);
            input.rest();
        });
        return input;
    }

    void roundSparse(LayerInWork& layer, const LayerPaths& paths, const LayerPaths& read,
        const Progress& progress)
    {
        roundReaders(layer, LinearInput::FeedForward, paths, read, progress.part(0, 0.1),
            [&](const MatrixView& hidden, const LayerWeights& weights) {
                return feedForwardInput(hidden, weights, progress);
            });
        if (layer.spec().experts->isBeside)
            roundSharedDown(layer, LinearInput::Down, paths, read, progress.part(0.1, 0.2));
        else if (layer.spec().experts->sharedSize > 0)
            roundSharedDown(layer, LinearInput::SharedDown, paths, read, progress.part(0.1, 0.2));
        if (layer.stacksNeedHessian()) {
            const TokenRows input
                = ofAllTokens(read.rounded, layer.weights(), layer.room(), progress, expertsInput);
            const std::vector<ExpertTokens> routed
                = routeTokens(layer.spec().experts->isBeside ? ofAllTokens(read.rounded,
                                  layer.weights(), layer.room(), progress, routerInput)
                                                             : input,
                    layer.weights(), progress);
            TokenRows reference;
            if (read.reference)
                reference = ofAllTokens(
                    *read.reference, layer.original(), layer.room(), progress, expertsInput);
            roundExperts(
                layer, { input, reference, routed }, paths.rounded.length, progress.part(0.2, 0.9));
        } else {
            layer.roundStacks(progress.part(0.2, 0.9));
        }
        // As the walk does it, so that a resumed run goes on with the same bits.
        forTokenTiles(paths, progress.part(0.9, 1), [&](const TokenTile& tile) {
            const auto move
                = [&](HiddenStates& hidden, HiddenStates& readBy, const LayerWeights& weights) {
                      const Matrix input = feedForwardInput(tile.of(readBy), weights, progress);
                      addExperts(tile.of(hidden), input, weights, {}, progress);
                  };
            move(paths.rounded, read.rounded, layer.weights());
            if (paths.reference)
                move(*paths.reference, *read.reference, layer.original());
        });
    }

    /// Rounds what the layer adds of an input of its own. A norm after it lets no drift be taken
    /// up.
    void roundPerLayer(LayerInWork& layer, const LayerPaths& paths, const Progress& progress)
    {
        const auto asItIs
            = [](const MatrixView& hidden, const LayerWeights&) { return Matrix(hidden); };
        roundReaders(layer, LinearInput::PerLayer, paths, paths, progress.part(0, 0.4), asItIs);
        const auto gatedOf
            = [&](const TokenTile& tile, HiddenStates& hidden, const LayerWeights& weights) {
                  return perLayerGated(tile.of(hidden), weights, tile.beside(hidden), progress);
              };
        TokenRows gated(paths.rounded.states.rows(), layer.spec().perLayer->size, layer.room());
        GroupGathering gathering(layer, LinearInput::PerLayerOutput, paths);
        forTokenTiles(paths, progress.part(0.4, 0.6), [&](const TokenTile& tile) {
            tile.of(gated) = gatedOf(tile, paths.rounded, layer.weights());
            Matrix change, drift;
            if (paths.reference) {
                const Matrix reference = gatedOf(tile, *paths.reference, layer.original());
                if (gathering.corrects()) {
                    const Matrix& W = layer.original().matrix(Role::PerLayerProj);
                    change = Matrix::Zero(tile.rows, W.rows());
                    addLinear(change, reference - tile.of(gated), W, progress);
                    drift = Matrix::Zero(tile.rows, W.rows());
                }
                addPerLayer(tile.of(*paths.reference), reference, layer.original(), progress);
            }
            gathering.add(tile, tile.of(gated), std::move(change), std::move(drift),
                tile.of(paths.reference ? *paths.reference : paths.rounded));
        });
        gathering.round(layer, LinearInput::PerLayerOutput, progress.part(0.6, 0.9));
        forTokenTiles(paths, progress.part(0.9, 1), [&](const TokenTile& tile) {
            addPerLayer(tile.of(paths.rounded), tile.of(gated), layer.weights(), progress);
        });
    }

} // namespace

RoundedPart roundLayer(const LayerRounding& run, int layer, LayerScaling scaling,
    const LayerPaths& paths, const Progress& progress)
{
    LayerInWork work(run, layer, std::move(scaling), paths.reference != nullptr, progress);
    HiddenStates rounded, reference; // before attention, which a parallel feed-forward reads
    if (work.spec().isParallel) {
        rounded = paths.rounded;
        if (paths.reference)
            reference = *paths.reference;
    }
    roundAttention(work, paths, progress.part(0, 0.45));
    const LayerPaths before{ rounded, paths.reference ? &reference : nullptr };
    const LayerPaths& read = work.spec().isParallel ? before : paths;
    const double end = work.spec().perLayer ? 0.9 : 1;
    if (work.hasExperts())
        roundSparse(work, paths, read, progress.part(0.45, end));
    else
        roundFeedForward(work, paths, read, progress.part(0.45, end));
    if (work.spec().perLayer)
        roundPerLayer(work, paths, progress.part(end, 1));
    scaleOutput(paths.rounded.states, work.weights());
    if (paths.reference)
        scaleOutput(paths.reference->states, work.original());
    return work.finish();
}

namespace {

    /// Rounds a layer whose inputs are not scaled from the file, tile by tile: no matrix of it is
    /// ever decoded as a whole.
    RoundedPart roundFromFile(const LayerRounding& run, int layer, const Progress& progress)
    {
        RoundedPart part;
        double weights = 0;
        for (const Tensor* tensor : run.checkpoint.inLayer(layer)) {
            weights += double(tensor->weights());
            if (!tensor->isMatrix())
                part.tensors.push_back(
                    roundVector(*tensor, plannedAt(run.checkpoint, run.plan, tensor->place)));
        }
        double done = 0;
        for (const Tensor* inLayer : run.checkpoint.inLayer(layer)) {
            if (!inLayer->isMatrix())
                continue;
            const Tensor& tensor = *inLayer;
            const PlannedTensor& planned = plannedAt(run.checkpoint, run.plan, tensor.place);
            std::span<const float> importance;
            if (planned.method == Method::Importance)
                importance = run.importance.at(tensor.name);
            const double next = done + double(tensor.weights()) / weights;
            RoundedTensor rounded
                = roundInTiles(tensor, planned, importance, progress.part(done, next));
            done = next;
            run.tensorDone(rounded.report);
            part.tensors.push_back(std::move(rounded.tensor));
            part.reports.push_back(std::move(rounded.report));
        }
        return part;
    }

} // namespace

RoundedPart roundLayerAlone(
    const LayerRounding& run, int layer, LayerScaling scaling, const Progress& progress)
{
    if (scaling.notes.empty()) // no input was to be scaled
        return roundFromFile(run, layer, progress);
    LayerInWork work(run, layer, std::move(scaling), false, progress);
    double done = 0;
    constexpr std::array inputs{ LinearInput::Attention, LinearInput::LatentQuery,
        LinearInput::AttentionOutput, LinearInput::FeedForward, LinearInput::Down,
        LinearInput::SharedDown, LinearInput::PerLayer, LinearInput::PerLayerOutput };
    constexpr double share = 0.11;
    for (const LinearInput input : inputs) {
        work.round(input, {}, {}, nullptr, progress.part(done, done + share));
        done += share;
    }
    for (const LinearInput input : { LinearInput::HeadQuery, LinearInput::HeadContext })
        work.roundHeads(input, progress.part(done, done));
    work.roundStacks(progress.part(done, 1));
    return work.finish();
}

} // namespace core
