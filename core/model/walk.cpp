// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/walk.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/text.h"

#include <algorithm>
#include <cassert>

namespace core {

namespace {

    /// Rows of the tiles of whole sequences: the last may be shorter.
    Eigen::Index tileRows(const HiddenStates& hidden)
    {
        return Eigen::Index(std::max(1, walkTileTokens / hidden.length)) * hidden.length;
    }

    /// The share of a layer's work that is done after attention, and before ffn_down.
    struct Shares {
        double attention, gated;

        explicit Shares(const LayerWeights& weights)
        {
            const auto down = double(weights.down.size());
            const double all
                = double(weights.q.size() + weights.k.size() + weights.v.size()
                      + weights.output.size() + weights.gate.size() + weights.up.size())
                + down;
            gated = 1 - down / all;
            attention = gated - double(weights.gate.size() + weights.up.size()) / all;
        }
    };

    /// One tile's way through a layer.
    void walkTile(MatrixBlock hidden, Eigen::Index firstRow, int length,
        const LayerWeights& weights, const ModelConfig& config, int layer, WalkObserver* observer,
        const LinearArithmetic* arithmetic, const Progress& progress)
    {
        const Shares shares(weights);
        progress.at(0);
        const auto show = [&](LinearInput input, Matrix& x) {
            if (arithmetic)
                arithmetic->roundInput(input, layer, x, progress);
            if (observer)
                observer->linearInput(input, layer, x, firstRow);
        };
        {
            Matrix input = attentionInput(hidden, weights, config, progress);
            show(LinearInput::Attention, input);
            Matrix context = attentionContext(input, weights, config, length, progress);
            show(LinearInput::AttentionOutput, context);
            addLinear(hidden, context, weights.output, progress);
        }
        const auto finish = [&](int depth) {
            if (arithmetic)
                arithmetic->correctResidual(depth, hidden);
            if (observer)
                observer->residual(depth, hidden, firstRow);
        };
        finish(1 + 2 * layer);
        progress.at(shares.attention);
        Matrix input = feedForwardInput(hidden, weights, config, progress);
        show(LinearInput::FeedForward, input);
        Matrix gated = feedForwardGated(input, weights, progress);
        show(LinearInput::Down, gated);
        progress.at(shares.gated);
        addLinear(hidden, gated, weights.down, progress);
        finish(2 + 2 * layer);
    }

    void showTiles(const HiddenStates& hidden, const Progress& progress,
        const std::function<void(const MatrixView&, Eigen::Index)>& show)
    {
        for (Eigen::Index first = 0; first < hidden.states.rows(); first += tileRows(hidden)) {
            progress.checkCancelled();
            const Eigen::Index rows = std::min(tileRows(hidden), hidden.states.rows() - first);
            show(hidden.states.middleRows(first, rows), first);
        }
    }

} // namespace

HiddenStates embed(const Checkpoint& checkpoint, const std::vector<std::vector<int>>& sequences)
{
    const Tensor* embedding = checkpoint.find({ Role::TokenEmbd });
    assert(embedding);
    HiddenStates hidden;
    hidden.length = sequences.empty() ? 0 : int(sequences.front().size());
    hidden.states.resize(Eigen::Index(sequences.size()) * hidden.length, embedding->columns);
    parallelFor(sequences.size(), [&](std::size_t i) {
        assert(int(sequences[i].size()) == hidden.length);
        Eigen::Index row = Eigen::Index(i) * hidden.length;
        for (const int token : sequences[i]) {
            if (token < 0 || token >= embedding->rows)
                throw Error(text("token ", token, " is no token of the model, expected 0 to ",
                    embedding->rows - 1));
            const Matrix weights = decodeRows(*embedding, token, 1);
            requireFinite(*embedding, weights, token);
            hidden.states.row(row++) = weights;
        }
    });
    requireUnchanged(*embedding);
    return hidden;
}

void walkLayer(HiddenStates& hidden, const LayerWeights& weights, const ModelConfig& config,
    int layer, WalkObserver* observer, const Progress& progress)
{
    walkLayer(hidden, weights, config, layer, observer, nullptr, progress);
}

void walkLayer(HiddenStates& hidden, const LayerWeights& weights, const ModelConfig& config,
    int layer, WalkObserver* observer, const LinearArithmetic* arithmetic, const Progress& progress)
{
    const Eigen::Index rows = hidden.states.rows();
    for (Eigen::Index first = 0; first < rows; first += tileRows(hidden)) {
        const Eigen::Index count = std::min(tileRows(hidden), rows - first);
        walkTile(hidden.states.middleRows(first, count), first, hidden.length, weights, config,
            layer, observer, arithmetic,
            progress.part(double(first) / double(rows), double(first + count) / double(rows)));
    }
    progress.at(1);
}

void walk(HiddenStates& hidden, const Checkpoint& checkpoint, WalkObserver* observer,
    const Progress& progress)
{
    if (observer)
        showTiles(hidden, progress, [&](const MatrixView& tile, Eigen::Index first) {
            observer->residual(0, tile, first);
        });
    const int layers = checkpoint.config().layers;
    for (int layer = 0; layer < layers; ++layer) {
        const Progress part = progress.part(double(layer) / layers, double(layer + 1) / layers);
        walkLayer(
            hidden, loadLayer(checkpoint, layer, part), checkpoint.config(), layer, observer, part);
    }
    if (observer)
        showTiles(hidden, progress, [&](const MatrixView& tile, Eigen::Index first) {
            observer->linearInput(
                LinearInput::Head, -1, headInput(tile, checkpoint, progress), first);
        });
    progress.at(1);
}

} // namespace core
