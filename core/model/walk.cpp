// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/walk.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/text.h"
#include "core/model/experts.h"
#include "core/model/perlayerinputs.h"

#include <algorithm>
#include <cassert>

namespace core {

namespace {

    /// Tokens of as many sequences as have at most `tokens`, one at least.
    Eigen::Index wholeSequences(std::int64_t tokens, int length)
    {
        return Eigen::Index(std::max<std::int64_t>(1, tokens / length)) * length;
    }

    /// The share of a layer's work that is done after attention, and before ffn_down.
    struct Shares {
        double attention, gated;

        explicit Shares(const LayerWeights& weights)
        {
            double all = 0, inAttention = 0;
            for (const auto& [role, matrix] : weights.matrices) {
                const auto input = findInput(role);
                all += double(matrix.size());
                if (input == LinearInput::Attention || input == LinearInput::AttentionOutput)
                    inAttention += double(matrix.size());
            }
            const double down
                = weights.has(Role::FfnDown) ? double(weights.matrix(Role::FfnDown).size()) : 0;
            for (const auto& [role, stack] : weights.stacks)
                all += double(stack.weights());
            attention = inAttention / all;
            gated = 1 - down / all;
        }
    };

    Matrix contextOf(const Matrix& read, int length, const LayerWeights& weights, int layer,
        WalkObserver* observer, AttentionAids aids, const Progress& progress)
    {
        const LayerSpec& spec = weights.spec;
        if (spec.deltaNet || spec.shortConvolution) {
            aids.state = observer ? observer->recurrentState(layer) : nullptr;
            return attentionContext(read, weights, length, progress, aids);
        }
        if (spec.attention.latent) {
            const Latents latents = attentionLatents(read, weights, length, aids.seen, progress);
            if (observer)
                observer->attentionLatents(layer, latents);
            return attendedLatents(latents, weights, length, aids.seen, progress);
        }
        const AttentionHeads heads = attentionHeads(read, weights, length, progress, aids.beside);
        if (observer)
            observer->attentionHeads(layer, heads);
        return attended(heads, weights, length, progress);
    }

    /// One tile's way through a layer.
    void walkTile(MatrixBlock hidden, const BesideTile& beside, int length,
        const LayerWeights& weights, int layer, WalkObserver* observer,
        const LinearArithmetic* arithmetic, const Progress& progress)
    {
        const Shares shares(weights);
        const Eigen::Index firstRow = beside.firstRow;
        progress.at(0);
        const auto show = [&](LinearInput input, Matrix& x) {
            if (arithmetic)
                arithmetic->roundInput(input, layer, x, progress);
            if (observer)
                observer->linearInput(input, layer, x, firstRow);
        };
        const auto finish = [&](int depth) {
            if (arithmetic)
                arithmetic->correctResidual(depth, hidden);
            if (observer)
                observer->residual(depth, hidden, firstRow);
        };
        Matrix input;
        if (weights.spec.isParallel)
            input = feedForwardInput(hidden, weights, progress);
        {
            Matrix read = attentionInput(hidden, weights, progress);
            show(LinearInput::Attention, read);
            const InnerInputs seen = [&](LinearInput what, int head, Matrix& x) {
                if (head < 0)
                    return show(what, x);
                if (arithmetic)
                    arithmetic->roundInput(what, layer, x, progress);
                if (observer)
                    observer->expertInput(what, layer, head, x);
            };
            Matrix context = contextOf(
                read, length, weights, layer, observer, { beside, seen, nullptr }, progress);
            show(LinearInput::AttentionOutput, context);
            addAttention(hidden, context, weights, progress);
        }
        finish(1 + 2 * layer);
        progress.at(shares.attention);
        if (!weights.spec.isParallel)
            input = feedForwardInput(hidden, weights, progress);
        show(LinearInput::FeedForward, input);
        if (weights.spec.experts) {
            const ExpertInputs seen = [&](LinearInput what, int expert, Matrix& x) {
                if (expert < 0)
                    return show(what, x);
                if (arithmetic)
                    arithmetic->roundInput(what, layer, x, progress);
                if (observer)
                    observer->expertInput(what, layer, expert, x);
            };
            addExperts(hidden, input, weights, seen, progress);
        } else {
            Matrix gated = feedForwardGated(input, weights, progress);
            show(LinearInput::Down, gated);
            progress.at(shares.gated);
            addFeedForward(hidden, gated, weights, progress);
        }
        if (weights.spec.perLayer) {
            Matrix read = hidden;
            show(LinearInput::PerLayer, read);
            Matrix gated = perLayerGated(read, weights, beside, progress);
            show(LinearInput::PerLayerOutput, gated);
            addPerLayer(hidden, gated, weights, progress);
        }
        scaleOutput(hidden, weights);
        finish(2 + 2 * layer);
    }

    void showTiles(const HiddenStates& hidden, const Progress& progress,
        const std::function<void(const MatrixView&, Eigen::Index)>& show)
    {
        const Eigen::Index step = wholeSequences(walkTileTokens, hidden.length);
        for (Eigen::Index first = 0; first < hidden.states.rows(); first += step) {
            progress.checkCancelled();
            const Eigen::Index rows = std::min(step, hidden.states.rows() - first);
            show(hidden.states.middleRows(first, rows), first);
            hidden.states.rest();
        }
    }

} // namespace

Eigen::Index walkTileRows(const LayerSpec& spec, int length)
{
    std::int64_t tokens = walkTileTokens;
    const std::int64_t widest
        = std::max<std::int64_t>(spec.feedForward.size, spec.mixedChannels(1));
    if (!spec.experts)
        tokens = std::min(tokens, walkTileValues / widest);
    return wholeSequences(tokens, length);
}

HiddenStates embed(const Checkpoint& checkpoint, const std::vector<std::vector<int>>& sequences,
    int firstPosition, const TokenRoom& room)
{
    checkpoint.requireComputed();
    const Tensor* embedding = checkpoint.find(Place{ Role::TokenEmbd });
    const Tensor* positions = checkpoint.find(Place{ Role::PositionEmbd });
    assert(embedding);
    HiddenStates hidden;
    hidden.length = sequences.empty() ? 0 : int(sequences.front().size());
    if (positions && firstPosition + hidden.length > positions->rows)
        throw Error(text("a sequence has ", firstPosition + hidden.length,
            " tokens, expected at most ", positions->rows, ", as many as the model has positions"));
    hidden.states
        = TokenRows(Eigen::Index(sequences.size()) * hidden.length, embedding->columns, room);
    const Matrix learned
        = positions ? decodeRows(*positions, firstPosition, hidden.length) : Matrix();
    const float scale = float(checkpoint.config().embeddingScale);
    parallelFor(sequences.size(), [&](std::size_t i) {
        assert(int(sequences[i].size()) == hidden.length);
        const Eigen::Index first = Eigen::Index(i) * hidden.length;
        Eigen::Index row = first;
        for (const int token : sequences[i]) {
            if (token < 0 || token >= embedding->rows)
                throw Error(text("token ", token, " is no token of the model, expected 0 to ",
                    embedding->rows - 1));
            const Matrix weights = decodeRows(*embedding, token, 1);
            requireFinite(*embedding, weights, token);
            hidden.states.row(row++) = weights;
        }
        if (scale != 1)
            hidden.states.middleRows(first, hidden.length) *= scale;
        if (positions)
            hidden.states.middleRows(first, hidden.length) += learned;
    });
    hidden.states.rest();
    requireUnchanged(*embedding);
    hidden.beside.perLayer = PerLayerInputs::of(checkpoint);
    if (hidden.beside.perLayer)
        for (const std::vector<int>& sequence : sequences)
            hidden.beside.tokens.insert(
                hidden.beside.tokens.end(), sequence.begin(), sequence.end());
    return hidden;
}

void walkLayer(HiddenStates& hidden, const LayerWeights& weights, int layer, WalkObserver* observer,
    const Progress& progress)
{
    walkLayer(hidden, weights, layer, observer, nullptr, progress);
}

void walkLayer(HiddenStates& hidden, const LayerWeights& weights, int layer, WalkObserver* observer,
    const LinearArithmetic* arithmetic, const Progress& progress)
{
    const Eigen::Index rows = hidden.states.rows();
    const Eigen::Index step = walkTileRows(weights.spec, hidden.length);
    for (Eigen::Index first = 0; first < rows; first += step) {
        const Eigen::Index count = std::min(step, rows - first);
        walkTile(hidden.states.middleRows(first, count), { &hidden.beside, first, rows },
            hidden.length, weights, layer, observer, arithmetic,
            progress.part(double(first) / double(rows), double(first + count) / double(rows)));
        hidden.states.rest();
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
        walkLayer(hidden, loadLayer(checkpoint, layer, part), layer, observer, part);
    }
    if (observer)
        showTiles(hidden, progress, [&](const MatrixView& tile, Eigen::Index first) {
            observer->linearInput(
                LinearInput::Head, -1, headInput(tile, checkpoint, progress), first);
        });
    progress.at(1);
}

} // namespace core
