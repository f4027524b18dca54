// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/backwardwalk.h"

#include "core/base/randombits.h"
#include "core/model/backwardhead.h"

#include <algorithm>
#include <cassert>
#include <vector>

namespace core {

namespace {

    using Index = Eigen::Index;

    /// Tiles of whole sequences.
    template<typename Body>
    void forSequenceTiles(const LayerStates& states, const Body& body)
    {
        const int step = std::max(1, backwardTileTokens / states.length());
        for (int first = 0; first < states.sequences(); first += step)
            body(first, std::min(step, states.sequences() - first));
    }

    /// The gradient after the last layer: zero but at the scored positions.
    Matrix throughHead(const Checkpoint& checkpoint, const LayerStates& states,
        const BackwardOptions& options, BackwardObserver& observer, const Progress& progress)
    {
        const int length = states.length();
        const auto last = states.before(checkpoint.config().layers);
        Matrix gradient = Matrix::Zero(last.rows(), last.cols());
        forSequenceTiles(states, [&](int firstSequence, int sequences) {
            Matrix hidden(Index(sequences) * options.scored, last.cols());
            std::vector<Index> tokens;
            std::vector<std::uint64_t> noise;
            for (int i = 0; i < sequences; ++i) {
                const std::uint64_t number
                    = options.firstSequence + std::uint64_t(firstSequence + i);
                for (int position = 0; position < options.scored; ++position) {
                    tokens.push_back(
                        Index(firstSequence + i) * length + options.firstScored + position);
                    hidden.row(Index(tokens.size()) - 1) = last.row(tokens.back());
                    noise.push_back(
                        randomBits(randomBits(options.seed, number), std::uint64_t(position)));
                }
            }
            const double all = states.sequences();
            const Matrix g = backwardHead({ hidden, tokens, noise }, checkpoint, observer,
                progress.part(firstSequence / all, (firstSequence + sequences) / all));
            for (std::size_t row = 0; row < tokens.size(); ++row)
                gradient.row(tokens[row]) = g.row(Index(row));
        });
        return gradient;
    }

    /// The share of the work that the head is.
    double headShare(const Checkpoint& checkpoint, const BackwardOptions& options, int length)
    {
        const double head = double(checkpoint.head().weights()) * options.scored / length;
        return head / (head + double(checkpoint.weights()));
    }

} // namespace

void backwardWalk(const Checkpoint& checkpoint, const LayerStates& states,
    const BackwardOptions& options, BackwardObserver& observer, const Progress& progress)
{
    checkpoint.requireComputed();
    assert(options.firstScored >= 0 && options.scored > 0
        && options.firstScored + options.scored <= states.length());
    const int length = states.length(), layers = checkpoint.config().layers;
    BackwardBeside beside{ states.beside(), Eigen::Index(states.sequences()) * length, {} };
    const double share = headShare(checkpoint, options, length);
    Matrix gradient = throughHead(checkpoint, states, options, observer, progress.part(0, share));
    for (int layer = layers - 1; layer >= 0; --layer) {
        const double from = share + (1 - share) * (layers - 1 - layer) / layers;
        const Progress part = progress.part(from, from + (1 - share) / layers);
        const LayerWeights weights = loadLayer(checkpoint, layer, part);
        forSequenceTiles(states, [&](int first, int sequences) {
            part.at(double(first) / states.sequences());
            const Index row = Index(first) * length, rows = Index(sequences) * length;
            backwardLayer(gradient.middleRows(row, rows),
                states.before(layer).middleRows(row, rows), weights,
                { layer, length, row, &beside }, observer, part);
        });
    }
    if (const double scale = checkpoint.config().embeddingScale; scale != 1)
        gradient *= float(scale);
    observer.embeddingGradient({ Role::TokenEmbd, 0, gradient, 0 });
    progress.at(1);
}

} // namespace core
