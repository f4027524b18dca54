// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/sparserounding.h"

#include "core/model/experts.h"
#include "core/model/linear.h"
#include "core/quant/expertrounding.h"
#include "core/quant/groupgathering.h"

#include <utility>

namespace core {

namespace {

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
            forTokenTiles(paths, layer.spec(), progress.part(0, 0.5), [&](const TokenTile& tile) {
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
        forTokenTiles(hidden, weights.spec, progress, [&](const TokenTile& tile) {
            tile.of(input) = inputOf(tile.of(hidden), weights, progress);
            input.rest();
        });
        return input;
    }

} // namespace

void roundSparse(
    LayerInWork& layer, const LayerPaths& paths, const LayerPaths& read, const Progress& progress)
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
        const std::vector<ExpertTokens> routed = routeTokens(layer.spec().experts->isBeside
                ? ofAllTokens(read.rounded, layer.weights(), layer.room(), progress, routerInput)
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
    forTokenTiles(paths, layer.spec(), progress.part(0.9, 1), [&](const TokenTile& tile) {
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

} // namespace core
