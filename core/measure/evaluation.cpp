// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/evaluation.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/text.h"
#include "core/measure/comparison.h"
#include "core/measure/scores.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <iterator>
#include <span>

namespace core {

namespace {

    using Chunks = std::vector<std::vector<int>>;

    std::uint64_t stateBytes(const Checkpoint& model, const Chunks& chunks)
    {
        return std::uint64_t(chunks.size()) * chunks.front().size()
            * std::uint64_t(model.config().hidden) * sizeof(float);
    }

    /// One model on its way through the text: its hidden states in tiles of whole chunks, in memory
    /// or, if all of them together are many, on the disk.
    struct Walker {
        const Checkpoint& checkpoint;
        const LinearArithmetic* arithmetic; ///< null: full precision
        std::vector<HiddenStates> tiles;

        Walker(const Checkpoint& model, const LinearArithmetic* itsArithmetic, const Chunks& chunks,
            const Progress& progress)
            : checkpoint(model)
            , arithmetic(itsArithmetic)
        {
            const std::size_t step
                = std::max<std::size_t>(1, std::size_t(walkTileTokens) / chunks.front().size());
            TokenRoom room;
            if (stateBytes(model, chunks) > room.inMemory)
                room.inMemory = 0;
            for (std::size_t first = 0; first < chunks.size(); first += step) {
                progress.checkCancelled();
                const auto begin = chunks.begin() + std::ptrdiff_t(first);
                const auto end = begin + std::ptrdiff_t(std::min(step, chunks.size() - first));
                tiles.push_back(embed(model, Chunks(begin, end), 0, room));
            }
        }

        LayerWeights load(int layer, const Progress& progress) const
        {
            LayerWeights weights = loadLayer(checkpoint, layer, progress);
            if (arithmetic)
                arithmetic->prepare(weights, layer, progress);
            return weights;
        }
    };

    /// Keeps the residual stream of one tile in the middle of a layer.
    struct KeepMiddle : WalkObserver {
        Matrix middle;
        void linearInput(LinearInput, int, const Matrix&, Eigen::Index) override { }
        void residual(int depth, const MatrixView& hidden, Eigen::Index) override
        {
            if (depth % 2 == 1)
                middle = hidden;
        }
    };

    /// Moves both through layer `layer`, tile by tile, measuring the drift after each half.
    void walkBoth(
        Walker& reference, Walker& model, int layer, DriftSums& drift, const Progress& progress)
    {
        const LayerWeights referenceWeights = reference.load(layer, progress);
        const LayerWeights weights = model.load(layer, progress);
        const double share = 1.0 / double(model.tiles.size());
        for (std::size_t i = 0; i < model.tiles.size(); ++i) {
            const Progress part = progress.part(double(i) * share, double(i + 1) * share);
            KeepMiddle kept, keptReference;
            walkLayer(
                reference.tiles[i], referenceWeights, layer, &keptReference, part.part(0, 0.5));
            walkLayer(model.tiles[i], weights, layer, &kept, model.arithmetic, part.part(0.5, 1));
            drift.add(1 + 2 * layer, keptReference.middle, kept.middle);
            drift.add(2 + 2 * layer, reference.tiles[i].states, model.tiles[i].states);
            reference.tiles[i].states.rest();
            model.tiles[i].states.rest();
        }
    }

    void walkOne(Walker& model, int layer, const Progress& progress)
    {
        const LayerWeights weights = model.load(layer, progress);
        const double share = 1.0 / double(model.tiles.size());
        for (std::size_t i = 0; i < model.tiles.size(); ++i)
            walkLayer(model.tiles[i], weights, layer, nullptr, model.arithmetic,
                progress.part(double(i) * share, double(i + 1) * share));
    }

    std::vector<int> scoredTargets(const Chunks& chunks)
    {
        std::vector<int> targets;
        for (const std::vector<int>& chunk : chunks)
            targets.insert(
                targets.end(), chunk.begin() + firstScored(int(chunk.size())) + 1, chunk.end());
        return targets;
    }

    /// What the head reads at the scored positions, in their order.
    Matrix scoredInputs(const Walker& walker, std::size_t positions, const Progress& progress)
    {
        Matrix hidden(Eigen::Index(positions), walker.checkpoint.config().hidden);
        Eigen::Index row = 0;
        for (const HiddenStates& tile : walker.tiles) {
            const int count = scoredIn(tile.length);
            for (int i = 0; i < tile.sequences(); ++i, row += count)
                hidden.middleRows(row, count) = tile.states.middleRows(
                    Eigen::Index(i) * tile.length + firstScored(tile.length), count);
        }
        Matrix input = headInput(hidden, walker.checkpoint, progress);
        if (walker.arithmetic)
            walker.arithmetic->roundInput(LinearInput::Head, -1, input, progress);
        return input;
    }

    void requireComparable(
        const Checkpoint& model, const Checkpoint* reference, const Chunks& chunks)
    {
        if (chunks.size() < 2)
            throw Error(text("the text gives ", chunks.size(),
                " chunks, expected at least 2 for a perplexity with its error"));
        if (scoredIn(int(chunks.front().size())) < 1)
            throw Error(
                text("a chunk has ", chunks.front().size(), " tokens, expected at least 3"));
        if (reference && reference->config().vocabulary != model.config().vocabulary)
            throw Error(text(reference->path().string(), ": has a vocabulary of ",
                reference->config().vocabulary, " tokens, expected ", model.config().vocabulary,
                " as in ", model.path().string()));
        if (reference
            && (reference->config().layers != model.config().layers
                || reference->config().hidden != model.config().hidden))
            throw Error(text(reference->path().string(), ": has ", reference->config().layers,
                " layers of width ", reference->config().hidden, ", expected ",
                model.config().layers, " of width ", model.config().hidden, " as in ",
                model.path().string()));
    }

    /// The share of the work that lies in the layers; the rest is the head at the scored positions.
    double layersShare(const Checkpoint& model)
    {
        const double head = double(model.head().weights());
        const double layers = double(model.weights()) - head;
        return layers / (layers + head / 2);
    }

    /// Models beside a reference whose hidden states, with its own, take at most `mostBytes`.
    std::size_t walkedAtOnce(
        const Checkpoint& reference, const Chunks& chunks, std::uint64_t mostBytes)
    {
        return std::size_t(
            std::max<std::uint64_t>(2, mostBytes / stateBytes(reference, chunks)) - 1);
    }

    /// All of `models` beside the reference, layer by layer.
    std::vector<Evaluation> evaluateGroup(std::span<const std::shared_ptr<const Checkpoint>> models,
        const Checkpoint& reference, const Chunks& chunks, const Progress& progress)
    {
        Walker referenceWalker(reference, nullptr, chunks, progress);
        std::deque<Walker> walkers;
        for (const auto& model : models)
            walkers.emplace_back(*model, nullptr, chunks, progress);
        const double walked = layersShare(reference);
        const int layers = reference.config().layers;
        const double steps = double(layers) * double(1 + walkers.size());
        double step = 0;
        const auto next = [&] {
            const Progress part = progress.part(walked * step / steps, walked * (step + 1) / steps);
            ++step;
            return part;
        };
        for (int layer = 0; layer < layers; ++layer) {
            walkOne(referenceWalker, layer, next());
            for (Walker& walker : walkers)
                walkOne(walker, layer, next());
        }
        const std::vector<int> targets = scoredTargets(chunks);
        const Matrix referenceInput = scoredInputs(referenceWalker, targets.size(), progress);
        const Head head{ &reference.head(), &referenceInput, logitScaling(reference.config()) };
        const double share = (1 - walked) / double(walkers.size());
        std::vector<Evaluation> evaluations;
        for (const Walker& walker : walkers) {
            const Matrix input = scoredInputs(walker, targets.size(), progress);
            const Checkpoint& model = walker.checkpoint;
            const double start = walked + share * double(evaluations.size());
            const Head itsHead{ &model.head(), &input, logitScaling(model.config()) };
            const auto pairs
                = scorePairs(head, itsHead, targets, progress.part(start, start + share));
            evaluations.push_back(summary(pairs, model.path().string()));
            evaluations.back().against->worst
                = worstTokens(pairs, head, itsHead, chunks, progress.part(start, start));
            evaluations.back().chunks = int(chunks.size());
            evaluations.back().context = int(chunks.front().size());
            model.requireUnchanged();
        }
        reference.requireUnchanged();
        return evaluations;
    }

} // namespace

int firstScored(int context) { return context / 2; }

int scoredIn(int context) { return context - 1 - firstScored(context); }

Evaluation evaluate(const Checkpoint& model, const Checkpoint* reference, const Chunks& chunks,
    const Progress& progress)
{
    return evaluate(model, nullptr, reference, chunks, progress);
}

Evaluation evaluate(const Checkpoint& model, const LinearArithmetic* arithmetic,
    const Checkpoint* reference, const Chunks& chunks, const Progress& progress)
{
    model.requireComputed();
    if (reference)
        reference->requireComputed();
    requireComparable(model, reference, chunks);
    const auto requireUnchanged = [&] {
        model.requireUnchanged();
        if (reference)
            reference->requireUnchanged();
    };
    requireUnchanged();
    Walker walker(model, arithmetic, chunks, progress);
    std::optional<Walker> referenceWalker;
    DriftSums drift(1 + 2 * model.config().layers);
    if (reference) {
        referenceWalker.emplace(*reference, nullptr, chunks, progress);
        for (std::size_t i = 0; i < walker.tiles.size(); ++i)
            drift.add(0, referenceWalker->tiles[i].states, walker.tiles[i].states);
    }
    const double walked = layersShare(model);
    const int layers = model.config().layers;
    for (int layer = 0; layer < layers; ++layer) {
        const Progress part = progress.part(walked * layer / layers, walked * (layer + 1) / layers);
        if (referenceWalker)
            walkBoth(*referenceWalker, walker, layer, drift, part);
        else
            walkOne(walker, layer, part);
    }

    const std::vector<int> targets = scoredTargets(chunks);
    const Matrix input = scoredInputs(walker, targets.size(), progress);
    const Head head{ &model.head(), &input, logitScaling(model.config()) };
    const Progress part = progress.part(walked, 1);
    Evaluation evaluation;
    if (referenceWalker) {
        const Matrix referenceInput = scoredInputs(*referenceWalker, targets.size(), progress);
        const Head referenceHead{ &reference->head(), &referenceInput,
            logitScaling(reference->config()) };
        const auto pairs = scorePairs(referenceHead, head, targets, part.part(0, 0.95));
        evaluation = summary(pairs, model.path().string());
        evaluation.against->worst
            = worstTokens(pairs, referenceHead, head, chunks, part.part(0.95, 1));
        evaluation.against->drift = drift.result();
    } else {
        evaluation = summary(scorePositions(head, targets, part), model.path().string());
    }
    requireUnchanged();
    evaluation.chunks = int(chunks.size());
    evaluation.context = int(chunks.front().size());
    return evaluation;
}

std::vector<Evaluation> evaluateAll(const std::vector<std::shared_ptr<const Checkpoint>>& models,
    const Checkpoint& reference, const Chunks& chunks, std::uint64_t mostBytes,
    const Progress& progress)
{
    reference.requireComputed();
    for (const auto& model : models) {
        model->requireComputed();
        requireComparable(*model, &reference, chunks);
    }
    const std::size_t group = walkedAtOnce(reference, chunks, mostBytes);
    std::vector<Evaluation> evaluations;
    for (std::size_t first = 0; first < models.size(); first += group) {
        const std::size_t count = std::min(group, models.size() - first);
        const double share = 1.0 / double(models.size());
        const auto some = std::span(models).subspan(first, count);
        std::ranges::move(evaluateGroup(some, reference, chunks,
                              progress.part(double(first) * share, double(first + count) * share)),
            std::back_inserter(evaluations));
    }
    return evaluations;
}

} // namespace core
