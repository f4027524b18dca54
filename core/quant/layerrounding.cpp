// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/layerrounding.h"

#include "core/model/latentattention.h"
#include "core/model/linear.h"
#include "core/quant/groupgathering.h"
#include "core/quant/layerinwork.h"
#include "core/quant/sparserounding.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace core {

namespace {

    using Index = Eigen::Index;

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
        forTokenTiles(paths, layer.spec(), progress.part(0.6, 0.8), [&](const TokenTile& tile) {
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
        forTokenTiles(paths, layer.spec(), progress.part(0.95, 1), [&](const TokenTile& tile) {
            addAttention(tile.of(paths.rounded), tile.of(context), layer.weights(), progress);
            context.rest();
        });
        for (const LinearInput input : attentionInputs)
            layer.putAside(LayerInWork::Version::Rounded, input);
    }

    Matrix gatedOf(const MatrixView& hidden, const LayerWeights& weights, const Progress& progress)
    {
        return feedForwardGated(feedForwardInput(hidden, weights, progress), weights, progress);
    }

    /// What the rounded ffn_down will read, where there is room to keep it.
    void keepGated(KeptActivations& gated, const LayerInWork& layer, const LayerPaths& paths,
        const LayerPaths& read, const Progress& progress)
    {
        if (gated.isThere())
            forTokenTiles(paths, layer.spec(), progress, [&](const TokenTile& tile) {
                gated.of(tile) = gatedOf(tile.of(read.rounded), layer.weights(), progress);
                gated.rest();
            });
    }

    void roundFeedForward(LayerInWork& layer, const LayerPaths& paths, const LayerPaths& read,
        const Progress& progress)
    {
        using Version = LayerInWork::Version;
        layer.bringBack(Version::Rounded, LinearInput::FeedForward, progress);
        roundReaders(layer, LinearInput::FeedForward, paths, read, progress.part(0, 0.4),
            [&](const MatrixView& hidden, const LayerWeights& weights) {
                return feedForwardInput(hidden, weights, progress);
            });
        KeptActivations gated(
            paths.rounded.states.rows(), layer.spec().feedForward.size, layer.room());
        keepGated(gated, layer, paths, read, progress.part(0.4, 0.5));
        if (gated.isThere())
            layer.putAside(Version::Rounded, LinearInput::FeedForward);
        layer.bringBack(Version::Original, LinearInput::FeedForward, progress);
        layer.bringBack(Version::Original, LinearInput::Down, progress);
        const auto tileOfGated = [&](const TokenTile& tile) -> Matrix {
            if (gated.isThere())
                return gated.of(tile);
            return gatedOf(tile.of(read.rounded), layer.weights(), progress);
        };
        GroupGathering gathering(layer, LinearInput::Down, paths);
        forTokenTiles(paths, layer.spec(), progress.part(0.5, 0.6), [&](const TokenTile& tile) {
            Matrix reference;
            if (paths.reference)
                reference = gatedOf(tile.of(*read.reference), layer.original(), progress);
            gatherWriter(layer, LinearInput::Down, gathering, paths, tile, tileOfGated(tile),
                std::move(reference), progress);
            gated.rest();
        });
        layer.releaseOriginal(std::array{ Role::FfnGate, Role::FfnUp, Role::FfnDown });
        layer.putAside(Version::Rounded, LinearInput::FeedForward);
        layer.bringBack(Version::Rounded, LinearInput::Down, progress);
        gathering.round(layer, LinearInput::Down, progress.part(0.6, 0.9));
        // In another order the same products may end in other bits (OpenBLAS's kernels for the
        // last columns of a tile): a resumed run, which finds the layer ordered, must not differ.
        const bool isKept = gated.isThere() && layer.neuronOrder().empty();
        if (!isKept)
            layer.bringBack(Version::Rounded, LinearInput::FeedForward, progress);
        forTokenTiles(paths, layer.spec(), progress.part(0.9, 1), [&](const TokenTile& tile) {
            if (isKept)
                addFeedForward(tile.of(paths.rounded), gated.of(tile), layer.weights(), progress);
            else
                addFeedForward(tile.of(paths.rounded),
                    gatedOf(tile.of(read.rounded), layer.weights(), progress), layer.weights(),
                    progress);
            gated.rest();
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
        forTokenTiles(paths, layer.spec(), progress.part(0.4, 0.6), [&](const TokenTile& tile) {
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
        forTokenTiles(paths, layer.spec(), progress.part(0.9, 1), [&](const TokenTile& tile) {
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
    if (!work.hasExperts())
        for (const auto version : { LayerInWork::Version::Original, LayerInWork::Version::Rounded })
            for (const LinearInput input : { LinearInput::FeedForward, LinearInput::Down })
                work.putAside(version, input); // until attention is rounded
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
